package dev.melange.store;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Votes: one for each user and paper, counted exactly whoever votes at the same time. */
public final class VoteStore {
  private final Database database;

  /** On a database. */
  public VoteStore(Database database) {
    this.database = database;
  }

  /**
   * Gives or withdraws a user's vote; doing it twice is doing it once.
   *
   * @param up true to give it
   * @param now the time
   * @return the paper's votes afterwards
   */
  public int vote(long paperId, long userId, boolean up, Instant now) {
    return database.write(
        db -> {
          TrendStore.lock(db, paperId);
          String subject = "user " + userId;
          int changed;
          if (up) {
            changed =
                db.createUpdate(
                        "insert into vote (paper_id, user_id, voted_at)"
                            + " values (:paper, :user, :at) on conflict do nothing")
                    .bind("paper", paperId)
                    .bind("user", userId)
                    .bind("at", now)
                    .execute();
          } else {
            changed =
                db.createUpdate("delete from vote where paper_id = :paper and user_id = :user")
                    .bind("paper", paperId)
                    .bind("user", userId)
                    .execute();
          }
          if (changed > 0 && up) {
            Trend.Event event = new Trend.Event(now, Trend.VOTE);
            TrendStore.add(db, paperId, "vote", subject, userId, event, now);
          } else if (changed > 0) {
            TrendStore.remove(db, paperId, "vote", subject, now);
          }
          if (changed > 0) {
            db.createUpdate(
                    "update paper_stat set votes = (select count(*) from vote where paper_id = :id)"
                        + " where paper_id = :id")
                .bind("id", paperId)
                .execute();
          }
          return db.createQuery("select votes from paper_stat where paper_id = :id")
              .bind("id", paperId)
              .mapTo(Integer.class)
              .one();
        });
  }

  /** Which of some papers a user has voted for. */
  public Set<Long> votedFor(long userId, List<Long> paperIds) {
    if (paperIds.isEmpty()) {
      return Set.of();
    }
    return database.read(
        db ->
            new HashSet<>(
                db.createQuery(
                        "select paper_id from vote where user_id = :user and paper_id in (<ids>)")
                    .bind("user", userId)
                    .bindList("ids", paperIds)
                    .mapTo(Long.class)
                    .list()));
  }
}
