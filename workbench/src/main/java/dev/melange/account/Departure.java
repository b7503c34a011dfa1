package dev.melange.account;

import dev.melange.store.Actor;
import dev.melange.store.AuditLog;
import dev.melange.store.CommentStore;
import dev.melange.store.Database;
import dev.melange.store.User;
import dev.melange.store.UserStore;
import dev.melange.store.VoteStore;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Deletes accounts at their users' wish. Votes are withdrawn, the texts of comments are gone (their
 * places remain where others answered), and so is all that a user kept: tags, collections, notes,
 * marks, searches, logins, tokens, the address. What remains is a row without a name, to which the
 * audit refers.
 */
public final class Departure {
  /** What a user keeps, each after what refers to it. */
  private static final List<String> OWN =
      List.of(
          "delete from paper_tag where tag_id in (select id from tag where owner_id = :id)",
          "delete from tag where owner_id = :id",
          "delete from collection_item where collection_id in"
              + " (select id from collection where owner_id = :id)",
          "delete from collection where owner_id = :id",
          "delete from note where owner_id = :id",
          "delete from read_mark where owner_id = :id",
          "delete from saved_search where owner_id = :id",
          "delete from reaction where user_id = :id",
          "delete from api_token where user_id = :id",
          "delete from login where user_id = :id",
          "delete from sign_in where email = (select email from app_user where id = :id)",
          "update listing set submitter_id = null where submitter_id = :id",
          "delete from author_claim where user_id = :id",
          "update paper_author set user_id = null, claim_status = null, hidden = false"
              + " where user_id = :id",
          "update job set user_id = null where user_id = :id");

  private final Database database;

  /** On a store. */
  public Departure(Database database) {
    this.database = database;
  }

  private record Place(long paper, long comment) {}

  /**
   * Deletes the account of who acts. Interrupted, it can be asked for again.
   *
   * @throws IllegalArgumentException for the owner of the installation, and for the only owner left
   */
  public void leave(Actor actor, Instant now) {
    long id = actor.userId();
    database.change(db -> requireDispensable(db, id));
    VoteStore votes = new VoteStore(database);
    for (long paper : ids("select paper_id from vote where user_id = :id", id)) {
      votes.vote(paper, id, false, now);
    }
    CommentStore comments = new CommentStore(database);
    List<Place> places =
        database.read(
            db ->
                db.createQuery(
                        "select paper_id, id from discussion_comment"
                            + " where user_id = :id and deleted_at is null order by id")
                    .bind("id", id)
                    .map((row, context) -> new Place(row.getLong(1), row.getLong(2)))
                    .list());
    places.forEach(place -> comments.delete(actor, place.paper(), place.comment(), now));
    database.change(
        db -> {
          requireDispensable(db, id);
          OWN.forEach(sql -> db.createUpdate(sql).bind("id", id).execute());
          UserStore.rename(db, id, "left-" + id);
          db.createUpdate(
                  "update app_user set email = null, role = 'reader', banned_at = :at,"
                      + " visited_at = null, seen_at = null where id = :id")
              .bind("at", now)
              .bind("id", id)
              .execute();
          AuditLog.add(db, now, actor, "leave", "user left-" + id, "", null, null);
        });
  }

  private List<Long> ids(String sql, long id) {
    return database.read(db -> db.createQuery(sql).bind("id", id).mapTo(Long.class).list());
  }

  private static void requireDispensable(Handle db, long id) {
    User user = Accounts.locked(db, id);
    if (user.name().equals(UserStore.OWNER)) {
      throw new IllegalArgumentException(
          "this account is the installation's own; give it another address with --owner");
    }
    Accounts.requireAnotherOwner(db, user);
  }
}
