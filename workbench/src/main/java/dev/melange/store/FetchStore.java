package dev.melange.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** What is known of the sources that are fetched, and which hosts may be asked now. */
public final class FetchStore {
  private final Database database;

  /** On a database. */
  public FetchStore(Database database) {
    this.database = database;
  }

  /**
   * A source that is fetched again and again.
   *
   * @param url its address
   * @param etag of its last answer, or null
   * @param lastModified of its last answer, or null
   * @param checkedAt when it was last asked, or null
   * @param nextAt when it is to be asked again
   * @param failures how often in a row it has failed
   * @param message what came of the last time
   */
  public record State(
      String url,
      String etag,
      String lastModified,
      Instant checkedAt,
      Instant nextAt,
      int failures,
      String message) {}

  /** What is known of a source. */
  public Optional<State> find(String url) {
    return database.read(
        db ->
            db.createQuery("select * from fetch_state where url = :url")
                .bind("url", url)
                .map(
                    (row, context) ->
                        new State(
                            row.getString("url"),
                            row.getString("etag"),
                            row.getString("last_modified"),
                            PaperRows.instant(row, "checked_at"),
                            PaperRows.instant(row, "next_at"),
                            row.getInt("failures"),
                            row.getString("message")))
                .findOne());
  }

  /** Keeps what is known of a source, instead of what was. */
  public void put(State state) {
    database.change(
        db -> {
          db.createUpdate("delete from fetch_state where url = :url")
              .bind("url", state.url())
              .execute();
          db.createUpdate(
                  "insert into fetch_state (url, etag, last_modified, checked_at, next_at,"
                      + " failures, message) values (:url, :etag, :modified, :checked, :next,"
                      + " :failures, :message)")
              .bind("url", state.url())
              .bind("etag", state.etag())
              .bind("modified", state.lastModified())
              .bind("checked", state.checkedAt())
              .bind("next", state.nextAt())
              .bind("failures", state.failures())
              .bind("message", state.message())
              .execute();
        });
  }

  /**
   * Takes a host for one request, if nobody has it and its pause is over.
   *
   * @param host the host
   * @param now the time
   * @param lease for how long at most
   * @return when it is free; not after {@code now} when it was taken
   */
  public Instant take(String host, Instant now, Duration lease) {
    return database.write(
        db -> {
          db.createUpdate(
                  "insert into host_pause (host, free_at) values (:host, :now)"
                      + " on conflict do nothing")
              .bind("host", host)
              .bind("now", now)
              .execute();
          Instant free =
              db.createQuery("select free_at from host_pause where host = :host for update")
                  .bind("host", host)
                  .map((row, context) -> row.getTimestamp(1).toInstant())
                  .one();
          if (!free.isAfter(now)) {
            free(db, host, now.plus(lease));
          }
          return free;
        });
  }

  /** Gives a host back, to be left in peace until an instant. */
  public void release(String host, Instant freeAt) {
    database.change(db -> free(db, host, freeAt));
  }

  private static void free(Handle db, String host, Instant at) {
    db.createUpdate("update host_pause set free_at = :at where host = :host")
        .bind("host", host)
        .bind("at", at)
        .execute();
  }

  /** All sources, by address. */
  public List<String> urls() {
    return database.read(
        db ->
            db.createQuery("select url from fetch_state order by url").mapTo(String.class).list());
  }
}
