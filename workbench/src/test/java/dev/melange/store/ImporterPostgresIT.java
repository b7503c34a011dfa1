package dev.melange.store;

/** The same on PostgreSQL. */
class ImporterPostgresIT extends ImporterTest {}
