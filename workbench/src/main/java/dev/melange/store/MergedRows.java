package dev.melange.store;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** How rows of a paper become another's, within a transaction that holds both. */
final class MergedRows {
  private MergedRows() {}

  static void update(Handle db, String sql, String table, long from, long into) {
    // Both ids are named, whichever a statement uses.
    db.createUpdate(
            sql.formatted(table)
                .replace(":from", Long.toString(from))
                .replace(":into", Long.toString(into)))
        .execute();
  }

  static void union(Handle db, String table, String columns, long from, long into) {
    update(
        db,
        "insert into %1$s (paper_id, "
            + columns
            + ") select :into, "
            + columns
            + " from %1$s where paper_id = :from on conflict do nothing",
        table,
        from,
        into);
    update(db, "delete from %s where paper_id = :from", table, from, into);
  }

  /** Names, where the one that stays has none; else the claims of the same names. */
  static void authors(Handle db, long from, long into) {
    List<String> names =
        db.createQuery("select name from paper_author where paper_id = :id order by pos")
            .bind("id", into)
            .mapTo(String.class)
            .list();
    if (names.isEmpty()) {
      update(
          db, "update %s set paper_id = :into where paper_id = :from", "paper_author", from, into);
      update(
          db,
          "update %s set author_count = (select count(*) from paper_author where paper_id = :into)"
              + " where id = :into and exists (select 1 from paper_author where paper_id = :into)",
          "paper",
          from,
          into);
      return;
    }
    record Claimed(String name, long user, String status, boolean hidden) {}
    for (Claimed claimed :
        db.createQuery(
                "select name, user_id, claim_status, hidden from paper_author"
                    + " where paper_id = :id and user_id is not null order by pos")
            .bind("id", from)
            .map(
                (row, context) ->
                    new Claimed(
                        row.getString(1), row.getLong(2), row.getString(3), row.getBoolean(4)))
            .list()) {
      db.createUpdate(
              "update paper_author set user_id = :user, claim_status = :status, hidden = :hidden"
                  + " where paper_id = :id and pos = (select min(pos) from paper_author"
                  + " where paper_id = :id and name = :name) and (user_id is null"
                  + " or claim_status = '"
                  + ClaimStore.CLAIMED
                  + "' and :status = '"
                  + ClaimStore.VERIFIED
                  + "')")
          .bind("user", claimed.user())
          .bind("status", claimed.status())
          .bind("hidden", claimed.hidden())
          .bind("id", into)
          .bind("name", claimed.name())
          .execute();
    }
  }

  /** A paper is listed once; the other's day is told in its history. */
  static String listing(Handle db, long from, long into) {
    record Listing(LocalDate day, Long submitter, Long source, Integer pos) {}
    List<Listing> gone =
        db.createQuery("select * from listing where paper_id = :id order by listed_day")
            .bind("id", from)
            .map(
                (row, context) ->
                    new Listing(
                        row.getObject("listed_day", LocalDate.class),
                        row.getObject("submitter_id", Long.class),
                        row.getObject("source_id", Long.class),
                        row.getObject("pos", Integer.class)))
            .list();
    long kept =
        db.createQuery("select count(*) from listing where paper_id = :id")
            .bind("id", into)
            .mapTo(Long.class)
            .one();
    if (kept == 0) {
      update(db, "update %s set paper_id = :into where paper_id = :from", "listing", from, into);
      update(
          db,
          "update %1$s set listed_at = (select g.listed_at from %1$s g where g.paper_id = :from),"
              + " listed_day = (select g.listed_day from %1$s g where g.paper_id = :from)"
              + " where paper_id = :into",
          "paper_stat",
          from,
          into);
      return "";
    }
    update(db, "delete from %s where paper_id = :from", "listing", from, into);
    List<String> days = new ArrayList<>();
    for (Listing listing : gone) {
      days.add(listing.day().toString());
      db.createUpdate(
              "update listing set submitter_id = coalesce(submitter_id, :submitter)"
                  + " where paper_id = :id")
          .bind("submitter", listing.submitter())
          .bind("id", into)
          .execute();
      if (listing.pos() != null) {
        db.createUpdate(
                "update listing set pos = :pos, source_id = :source"
                    + " where paper_id = :id and pos is null")
            .bind("pos", listing.pos())
            .bind("source", listing.source())
            .bind("id", into)
            .execute();
      }
    }
    return days.isEmpty() ? "" : ", listed " + String.join(", ", days) + ",";
  }

  /** A reader's notes on both become one. */
  static void notes(Handle db, long from, long into) {
    update(
        db,
        "update %1$s set body = concat(body, '\n\n', (select g.body from %1$s g"
            + " where g.paper_id = :from and g.owner_id = %1$s.owner_id))"
            + " where paper_id = :into and exists (select 1 from %1$s g"
            + " where g.paper_id = :from and g.owner_id = %1$s.owner_id)",
        "note",
        from,
        into);
    union(db, "note", "owner_id, body, updated_at", from, into);
  }

  /** Replies name their paper and their parent together: they let go of it while they move. */
  static void discussion(Handle db, long from, long into) {
    record Reply(long id, long parent) {}
    List<Reply> replies =
        db.createQuery(
                "select id, parent_id from discussion_comment"
                    + " where paper_id = :id and parent_id is not null")
            .bind("id", from)
            .map((row, context) -> new Reply(row.getLong(1), row.getLong(2)))
            .list();
    update(
        db,
        "update %s set parent_id = null where paper_id = :from",
        "discussion_comment",
        from,
        into);
    update(
        db,
        "update %s set paper_id = :into where paper_id = :from",
        "discussion_comment",
        from,
        into);
    for (Reply reply : replies) {
      db.createUpdate("update discussion_comment set parent_id = :parent where id = :id")
          .bind("parent", reply.parent())
          .bind("id", reply.id())
          .execute();
    }
  }

  static void count(Handle db, long from, long into, Instant now) {
    update(
        db,
        "update %s set votes = 0, comments = 0, trend = null, listed_at = null, listed_day = null"
            + " where paper_id = :from",
        "paper_stat",
        from,
        into);
    update(
        db,
        "update %s set votes = (select count(*) from vote where paper_id = :into)"
            + " where paper_id = :into",
        "paper_stat",
        from,
        into);
    TrendStore.recompute(db, into, now);
    CommentStore.recountAll(db, into, now);
  }

  static void redirect(Handle db, long from, long into, Instant now) {
    update(db, "update %s set into_id = :into where into_id = :from", "paper_merge", from, into);
    db.createUpdate(
            "insert into paper_merge (paper_id, into_id, merged_at) values (:from, :into, :now)")
        .bind("from", from)
        .bind("into", into)
        .bind("now", now)
        .execute();
    update(
        db,
        "delete from %s where paper_id = :from or other_id = :from",
        "paper_distinct",
        from,
        into);
  }
}
