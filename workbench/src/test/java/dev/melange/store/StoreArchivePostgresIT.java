package dev.melange.store;

/** The same on PostgreSQL. */
class StoreArchivePostgresIT extends StoreArchiveTest {}
