package dev.melange.store;

import java.io.IOException;

/** The same on PostgreSQL. */
class ServedKillPostgresIT extends ServedKillIT {
  @Override
  DatabaseConfig database() throws IOException {
    return PostgresServer.newDatabase();
  }
}
