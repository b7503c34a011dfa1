package dev.melange.store;

import static java.util.Comparator.naturalOrder;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Keeps the events that make a paper trend, and their level in {@code paper_stat}. Callers hold the
 * lock of the paper's row there ({@link #lock}), so that no event is lost between two of them.
 */
final class TrendStore {
  private TrendStore() {}

  /** Makes other changes of this paper's counts wait for the end of the transaction. */
  static void lock(Handle db, long paperId) {
    boolean found =
        db.createQuery("select paper_id from paper_stat where paper_id = :id for update")
            .bind("id", paperId)
            .mapTo(Long.class)
            .findOne()
            .isPresent();
    if (!found) {
      throw new IllegalArgumentException("there is no paper " + paperId);
    }
  }

  /**
   * Adds an event unless the same one is there.
   *
   * @param kind listing, vote, comment, result or participation
   * @param subject what may count once
   * @param userId who did it, or null
   */
  static void add(
      Handle db,
      long paperId,
      String kind,
      String subject,
      Long userId,
      Trend.Event event,
      Instant now) {
    Instant at = event.at().isAfter(now) ? now : event.at();
    int added =
        db.createUpdate(
                "insert into trend_event (paper_id, kind, user_id, subject, at_time, weight)"
                    + " values (:paper, :kind, :user, :subject, :at, :weight)"
                    + " on conflict do nothing")
            .bind("paper", paperId)
            .bind("kind", kind)
            .bind("user", userId)
            .bind("subject", subject)
            .bind("at", at)
            .bind("weight", event.weight())
            .execute();
    if (added > 0) {
      Double level =
          db.createQuery("select trend from paper_stat where paper_id = :id")
              .bind("id", paperId)
              .map((row, context) -> row.getObject(1, Double.class))
              .one();
      store(db, paperId, Trend.add(level, event, now));
    }
  }

  /** Removes an event, if it is there, and computes the level anew. */
  static void remove(Handle db, long paperId, String kind, String subject, Instant now) {
    int removed =
        db.createUpdate(
                "delete from trend_event"
                    + " where paper_id = :paper and kind = :kind and subject = :subject")
            .bind("paper", paperId)
            .bind("kind", kind)
            .bind("subject", subject)
            .execute();
    if (removed > 0) {
      recompute(db, paperId, now);
    }
  }

  /** Computes the level anew from all events. */
  static void recompute(Handle db, long paperId, Instant now) {
    List<Trend.Event> left = events(db, paperId);
    // Their times are stored as they count, whatever the clocks of several machines say now.
    Instant latest =
        left.stream().map(Trend.Event::at).filter(now::isBefore).max(naturalOrder()).orElse(now);
    store(db, paperId, Trend.level(left, latest));
  }

  /** All events of a paper. */
  static List<Trend.Event> events(Handle db, long paperId) {
    return db.createQuery(
            "select at_time, weight from trend_event where paper_id = :id order by at_time, id")
        .bind("id", paperId)
        .map((row, context) -> new Trend.Event(row.getTimestamp(1).toInstant(), row.getDouble(2)))
        .list();
  }

  private static void store(Handle db, long paperId, Double level) {
    db.createUpdate("update paper_stat set trend = :level where paper_id = :id")
        .bind("level", level)
        .bind("id", paperId)
        .execute();
  }
}
