package dev.melange.store;

import java.io.IOException;
import java.util.UUID;

/** Databases for tests: in memory, or PostgreSQL where {@code MELANGE_TEST_DB} names a server. */
public final class TestDatabases {
  private TestDatabases() {}

  /** A new, empty database. */
  public static Database open() throws IOException {
    return Database.open(DatabaseConfig.memory(UUID.randomUUID().toString()));
  }
}
