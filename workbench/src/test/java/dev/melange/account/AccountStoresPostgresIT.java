package dev.melange.account;

/** The same on PostgreSQL. */
class AccountStoresPostgresIT extends AccountStoresTest {}
