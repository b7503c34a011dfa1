package dev.melange.store;

import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.statement.Query;

/** What tells whether a store is being looked after. */
public final class Health {
  private final Database database;

  /** On a database. */
  public Health(Database database) {
    this.database = database;
  }

  /**
   * What the store holds and what waits in it.
   *
   * @param papers that are not withdrawn
   * @param waitingRuns runs that wait for their turn
   * @param mailDue since when the mail that waits longest should have been sent; null without any
   */
  public record State(long papers, long waitingRuns, Instant mailDue) {}

  /**
   * Looks at the store.
   *
   * @param now mails that are to be sent later do not count
   */
  public State look(Instant now) {
    return database.read(
        db -> {
          Optional<Instant> due =
              db.createQuery(
                      "select next_try from outbox where state = 'queued' and next_try <= :now"
                          + " order by next_try limit 1")
                  .bind("now", now)
                  .map((row, context) -> PaperRows.instant(row, "next_try"))
                  .findOne();
          return new State(
              count(db.createQuery("select count(*) from paper where withdrawn_at is null")),
              count(db.createQuery("select count(*) from job where state = 'queued'")),
              due.orElse(null));
        });
  }

  private static long count(Query query) {
    return query.mapTo(Long.class).one();
  }
}
