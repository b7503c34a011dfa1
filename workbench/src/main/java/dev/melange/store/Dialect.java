package dev.melange.store;

/** The databases the store runs on. They share one SQL; what differs is asked for here. */
public enum Dialect {
  /** H2, embedded, in its PostgreSQL mode. */
  H2("h2"),
  /** PostgreSQL 13 or newer. */
  POSTGRESQL("postgresql");

  /** What makes H2 agree with PostgreSQL in names and in the order of nulls. */
  static final String H2_SETTINGS =
      ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH";

  private final String folder;

  Dialect(String folder) {
    this.folder = folder;
  }

  /** The folder of its own migrations. */
  String folder() {
    return folder;
  }
}
