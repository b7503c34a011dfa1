package dev.melange.store;

/** The same on PostgreSQL. */
class CuratorEditsPostgresIT extends CuratorEditsTest {}
