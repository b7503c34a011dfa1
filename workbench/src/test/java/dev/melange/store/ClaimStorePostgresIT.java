package dev.melange.store;

/** The same on PostgreSQL. */
class ClaimStorePostgresIT extends ClaimStoreTest {}
