package dev.melange.store;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where the page's database is.
 *
 * @param url a JDBC URL of H2 or PostgreSQL
 * @param user the database user
 * @param password their password, may be empty
 */
public record DatabaseConfig(String url, String user, String password) {
  private static final String H2 = "jdbc:h2:";

  /** Statements that a connection keeps prepared: more than all pages together ask. */
  private static final String QUERY_CACHE = ";QUERY_CACHE_SIZE=256";

  private static final String POSTGRESQL = "jdbc:postgresql:";

  /** Refuses URLs of other databases. */
  public DatabaseConfig {
    if (!url.startsWith(H2) && !url.startsWith(POSTGRESQL)) {
      throw new IllegalArgumentException(
          "the database is '%s', expected a JDBC URL that begins with %s or %s"
              .formatted(url, POSTGRESQL, H2));
    }
  }

  /**
   * The database of an installation: {@code MELANGE_DB} (with {@code MELANGE_DB_USER} and {@code
   * MELANGE_DB_PASSWORD}) if it is set, else a file in the user's folder.
   *
   * @param home {@code MELANGE_HOME}
   * @param environment the environment variables
   */
  public static DatabaseConfig of(Path home, Map<String, String> environment) {
    String url = environment.getOrDefault("MELANGE_DB", "");
    return url.isBlank()
        ? file(home)
        : new DatabaseConfig(
            url,
            environment.getOrDefault("MELANGE_DB_USER", ""),
            environment.getOrDefault("MELANGE_DB_PASSWORD", ""));
  }

  /**
   * The embedded database in a user's folder. A second process that opens it talks to the first one
   * over the loopback interface.
   *
   * @param home {@code MELANGE_HOME}
   */
  public static DatabaseConfig file(Path home) {
    // What was written in the last hour is never overwritten: after kill -9 in the middle of a
    // write H2 goes back to the last whole state, all of which must still be there.
    Path file = home.resolve("page").resolve("papers").toAbsolutePath();
    return new DatabaseConfig(
        H2
            + "file:"
            + file
            + ";AUTO_SERVER=TRUE;LOCK_TIMEOUT=10000;WRITE_DELAY=0;RETENTION_TIME=3600000"
            + QUERY_CACHE
            + Dialect.H2_SETTINGS,
        "melange",
        "");
  }

  /**
   * A database in memory, gone when it is closed; for tests.
   *
   * @param name tells databases of one process apart
   */
  public static DatabaseConfig memory(String name) {
    return new DatabaseConfig(
        H2 + "mem:" + name + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000" + Dialect.H2_SETTINGS,
        "melange",
        "");
  }

  /** Which database this is. */
  public Dialect dialect() {
    return url.startsWith(H2) ? Dialect.H2 : Dialect.POSTGRESQL;
  }

  /** The URL alone: credentials stay out of messages. */
  @Override
  public String toString() {
    return url.replaceFirst("[?;].*", "");
  }
}
