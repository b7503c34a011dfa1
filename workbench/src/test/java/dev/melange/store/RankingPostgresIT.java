package dev.melange.store;

/** The same on PostgreSQL. */
class RankingPostgresIT extends RankingTest {}
