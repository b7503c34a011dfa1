package dev.melange.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The page's database: a pool of connections to a schema that is up to date. Safe for use by many
 * threads; to be closed.
 *
 * <pre>{@code
 * try (Database database = Database.open(DatabaseConfig.file(home))) {
 *   long papers = database.read(db -> db.select("select count(*) from paper").mapTo(Long.class).one());
 * }
 * }</pre>
 */
public final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);

  /** Serialization failure, deadlock; H2's deadlock, lock timeout and concurrent update. */
  private static final Set<String> TRANSIENT = Set.of("40001", "40P01", "HYT00", "90131", "55P03");

  private static final int ATTEMPTS = 5;
  private static final int CONNECTIONS = 8;

  private final DatabaseConfig config;
  private final HikariDataSource pool;
  private final Jdbi jdbi;

  /** Transactions that ended, and up to which of them the file has all; see {@link #persist}. */
  private final AtomicLong committed = new AtomicLong();

  private final Object writing = new Object();
  private long written;

  private Database(DatabaseConfig config, HikariDataSource pool) {
    this.config = config;
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
  }

  /**
   * Opens the database and migrates its schema.
   *
   * @throws IOException if it cannot be reached, or its schema is of a newer version
   */
  public static Database open(DatabaseConfig config) throws IOException {
    if (config.dialect() == Dialect.H2) {
      // A second process joins through this address and no other.
      System.setProperty("h2.bindAddress", "127.0.0.1");
      prepareFolder(config.url());
    }
    HikariConfig settings = new HikariConfig();
    settings.setPoolName("melange");
    settings.setJdbcUrl(config.url());
    settings.setUsername(config.user());
    settings.setPassword(config.password());
    settings.setMaximumPoolSize(CONNECTIONS);
    settings.setMinimumIdle(1);
    settings.setConnectionTimeout(20_000);
    HikariDataSource pool;
    try {
      pool = new HikariDataSource(settings);
    } catch (RuntimeException e) {
      throw new IOException("cannot open the database " + config + ": " + rootMessage(e), e);
    }
    try {
      migrate(pool, config.dialect());
      Database database = new Database(config, pool);
      database.persist();
      return database;
    } catch (FlywayException e) {
      pool.close();
      throw new IOException(
          "cannot bring the database " + config + " up to date: " + rootMessage(e), e);
    } catch (RuntimeException | Error e) {
      pool.close();
      throw e;
    }
  }

  private static void prepareFolder(String url) throws IOException {
    if (url.startsWith("jdbc:h2:file:")) {
      Path file = Path.of(url.substring("jdbc:h2:file:".length()).replaceFirst(";.*", ""));
      if (file.getParent() != null) {
        Files.createDirectories(file.getParent());
      }
    }
  }

  private static void migrate(HikariDataSource pool, Dialect dialect) {
    String folder = "classpath:dev/melange/store/";
    int applied =
        Flyway.configure(Database.class.getClassLoader())
            .dataSource(pool)
            .locations(folder + "common", folder + dialect.folder())
            .table("schema_history")
            .load()
            .migrate()
            .migrationsExecuted;
    LOG.debug("{} migrations applied", applied);
  }

  private static String rootMessage(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage()).strip();
  }

  /** Which database this is. */
  public Dialect dialect() {
    return config.dialect();
  }

  /**
   * Reads.
   *
   * @param work given a connection, which must not leave it
   * @return what the work returned
   */
  public <T> T read(Function<Handle, T> work) {
    return jdbi.withHandle(work::apply);
  }

  /**
   * Reads in one transaction that sees a single moment, whatever others change meanwhile.
   *
   * @param work given a connection, which must not leave it
   * @return what the work returned
   */
  public <T> T snapshot(Function<Handle, T> work) {
    return jdbi.inTransaction(TransactionIsolationLevel.REPEATABLE_READ, work::apply);
  }

  /**
   * Changes the database in one transaction: all of the work happens or none. It is tried again
   * when another transaction was in its way, so it must have no effect but on the database.
   *
   * @param work given a connection, which must not leave it
   * @return what the work returned
   */
  public <T> T write(Function<Handle, T> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        T result = jdbi.inTransaction(work::apply);
        persist();
        return result;
      } catch (JdbiException e) {
        if (attempt == ATTEMPTS || !isTransient(e)) {
          throw e;
        }
        LOG.debug("transaction tried again after: {}", rootMessage(e));
      }
    }
  }

  /**
   * H2 writes commits to its file up to half a second later. What is acknowledged must outlive kill
   * -9, so it is written now; one writing serves all that committed before it began.
   */
  private void persist() {
    if (!config.url().startsWith("jdbc:h2:file:")) {
      return;
    }
    long mine = committed.incrementAndGet();
    synchronized (writing) {
      if (written < mine) {
        long all = committed.get();
        jdbi.useHandle(db -> db.execute("checkpoint sync"));
        written = all;
      }
    }
  }

  /** As {@link #write}, for work without a result. */
  public void change(Consumer<Handle> work) {
    this.<Boolean>write(
        handle -> {
          work.accept(handle);
          return true;
        });
  }

  private static boolean isTransient(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql
          && sql.getSQLState() != null
          && TRANSIENT.contains(sql.getSQLState())) {
        return true;
      }
    }
    return false;
  }

  /** Closes all connections; an embedded database is written out and unlocked. */
  @Override
  public void close() {
    pool.close();
  }
}
