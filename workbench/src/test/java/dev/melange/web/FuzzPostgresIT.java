package dev.melange.web;

/** The same on PostgreSQL. */
class FuzzPostgresIT extends FuzzTest {}
