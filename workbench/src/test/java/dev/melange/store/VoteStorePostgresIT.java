package dev.melange.store;

/** The same on PostgreSQL. */
class VoteStorePostgresIT extends VoteStoreTest {}
