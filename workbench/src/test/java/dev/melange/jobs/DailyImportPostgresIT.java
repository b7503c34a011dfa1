package dev.melange.jobs;

/** The same on PostgreSQL. */
class DailyImportPostgresIT extends DailyImportTest {}
