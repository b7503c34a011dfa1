package dev.melange.store;

import java.io.IOException;
import java.util.UUID;

/**
 * Databases for tests. A class whose name ends with {@code PostgresIT} gets PostgreSQL, so that a
 * test-suite is run on it by a subclass without a body; all others get H2 in memory.
 */
public final class TestDatabases {
  private TestDatabases() {}

  /** A new, empty database in memory. */
  public static Database open() throws IOException {
    return Database.open(DatabaseConfig.memory(UUID.randomUUID().toString()));
  }

  /** A new, empty database for a test. */
  public static Database open(Object test) throws IOException {
    return test.getClass().getSimpleName().endsWith("PostgresIT")
        ? Database.open(PostgresServer.newDatabase())
        : open();
  }
}
