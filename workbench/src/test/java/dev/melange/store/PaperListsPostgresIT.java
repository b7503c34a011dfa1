package dev.melange.store;

/** The same on PostgreSQL. */
class PaperListsPostgresIT extends PaperListsTest {}
