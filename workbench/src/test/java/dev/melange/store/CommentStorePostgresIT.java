package dev.melange.store;

/** The same on PostgreSQL. */
class CommentStorePostgresIT extends CommentStoreTest {}
