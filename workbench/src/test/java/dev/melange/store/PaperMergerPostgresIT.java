package dev.melange.store;

/** The same on PostgreSQL. */
class PaperMergerPostgresIT extends PaperMergerTest {}
