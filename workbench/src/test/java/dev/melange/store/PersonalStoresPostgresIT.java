package dev.melange.store;

/** The same on PostgreSQL. */
class PersonalStoresPostgresIT extends PersonalStoresTest {}
