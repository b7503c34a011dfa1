package dev.melange.store;

import dev.melange.feed.PaperRecord;
import dev.melange.feed.SourceKind;
import dev.melange.feed.Titles;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** What curators change of papers; no import changes it back. */
public final class CuratorEdits {
  /** In place of a source's kind. */
  private static final String ORIGIN = "curator";

  private final Database database;

  /** On a database. */
  public CuratorEdits(Database database) {
    this.database = database;
  }

  /**
   * Changes what a paper says of itself.
   *
   * @param title as it is written, TeX included
   * @param abstractText likewise; blank to leave it as it is
   * @param authors names in order; none to leave them as they are
   * @return the names of what changed
   * @throws IllegalArgumentException for texts no paper has, and if another paper of the same date
   *     has the title
   */
  public List<String> edit(
      Actor actor,
      long paperId,
      String title,
      String abstractText,
      List<String> authors,
      Instant now) {
    return database.write(
        db -> {
          TrendStore.lock(db, paperId);
          LocalDate published =
              db.createQuery("select published from paper where id = :id")
                  .bind("id", paperId)
                  .mapTo(LocalDate.class)
                  .one();
          PaperRecord record =
              PaperRecord.of(1, 1, title.replaceAll("\\s+", " "), published)
                  .abstractText(abstractText.replaceAll("\\s+", " "))
                  .authors(authors)
                  .build("");
          requireOwnTitle(db, paperId, record);
          List<String> changed =
              new PaperWriter(db, ORIGIN, SourceKind.CURATOR_RANK, now).update(paperId, record);
          if (!changed.isEmpty()) {
            String what = String.join(", ", changed);
            Importer.note(db, paperId, now, "changed", what + " by hand");
            audit(db, now, actor, "edit", paperId, what);
          }
          return changed;
        });
  }

  private static void requireOwnTitle(Handle db, long paperId, PaperRecord record) {
    Optional<Long> other =
        db.createQuery(
                "select id from paper where title_key = :key and published = :published"
                    + " and id <> :id")
            .bind("key", Titles.key(record.title()))
            .bind("published", record.published())
            .bind("id", paperId)
            .mapTo(Long.class)
            .findOne();
    if (other.isPresent()) {
      throw new IllegalArgumentException(
          "%s of the same date has this title; merge the two if they are one"
              .formatted(PaperStore.publicId(db, other.get())));
    }
  }

  /**
   * Lists a paper on a day, instead of the day it was listed on.
   *
   * @param day on which
   * @param today the day it is: papers of that day are listed now, others at the day's begin in UTC
   * @throws IllegalArgumentException for days to come, and for withdrawn papers
   */
  public void list(Actor actor, long paperId, LocalDate day, LocalDate today, Instant now) {
    if (day.isAfter(today)) {
      throw new IllegalArgumentException("the day %s is still to come".formatted(day));
    }
    Instant at = day.equals(today) ? now : day.atStartOfDay(ZoneOffset.UTC).toInstant();
    database.change(
        db -> {
          TrendStore.lock(db, paperId);
          if (isWithdrawn(db, paperId)) {
            throw new IllegalArgumentException("a withdrawn paper is on no list");
          }
          Optional<LocalDate> before = listed(db, paperId);
          if (before.isPresent() && before.get().equals(day)) {
            return;
          }
          if (before.isPresent()) {
            db.createUpdate(
                    "update listing set listed_day = :day, listed_at = :at"
                        + " where paper_id = :id and listed_day = :before")
                .bind("day", day)
                .bind("at", at)
                .bind("id", paperId)
                .bind("before", before.get())
                .execute();
          } else {
            db.createUpdate(
                    "insert into listing (paper_id, listed_day, listed_at)"
                        + " values (:id, :day, :at)")
                .bind("id", paperId)
                .bind("day", day)
                .bind("at", at)
                .execute();
          }
          stat(db, paperId, day, at);
          TrendStore.remove(db, paperId, "listing", "listing", now);
          Trend.Event event = new Trend.Event(at, Trend.LISTING);
          TrendStore.add(db, paperId, "listing", "listing", null, event, now);
          decided(db, paperId, now);
          Importer.note(db, paperId, now, "listed", "on " + day + " by hand");
          String from = before.map(it -> it + " -> ").orElse("");
          audit(db, now, actor, "list", paperId, from + day);
        });
  }

  /** Takes a paper off the lists of days; it stays known. Twice is once. */
  public void delist(Actor actor, long paperId, Instant now) {
    database.change(
        db -> {
          TrendStore.lock(db, paperId);
          Optional<LocalDate> before = listed(db, paperId);
          if (before.isEmpty()) {
            return;
          }
          db.createUpdate("delete from listing where paper_id = :id").bind("id", paperId).execute();
          stat(db, paperId, null, null);
          TrendStore.remove(db, paperId, "listing", "listing", now);
          decided(db, paperId, now);
          Importer.note(db, paperId, now, "delisted", "by hand");
          audit(db, now, actor, "delist", paperId, before.get().toString());
        });
  }

  /**
   * Withdraws a paper: its page stays, lists, searches and mails no longer have it. Or takes that
   * back. Twice is once.
   *
   * @throws IllegalArgumentException if it was merged into another
   */
  public void withdraw(Actor actor, long paperId, boolean withdrawn, Instant now) {
    database.change(
        db -> {
          TrendStore.lock(db, paperId);
          if (isWithdrawn(db, paperId) == withdrawn) {
            return;
          }
          if (withdrawn) {
            db.createUpdate("delete from embedding where paper_id = :id")
                .bind("id", paperId)
                .execute();
          } else {
            requireUnmerged(db, paperId);
          }
          db.createUpdate(
                  "update paper set withdrawn_at = :at, updated_at = :now,"
                      + " row_version = row_version + 1 where id = :id")
              .bind("at", withdrawn ? now : null)
              .bind("now", now)
              .bind("id", paperId)
              .execute();
          String action = withdrawn ? "withdraw" : "restore";
          Importer.note(db, paperId, now, withdrawn ? "withdrawn" : "restored", "by hand");
          audit(db, now, actor, action, paperId, "");
        });
  }

  private static void requireUnmerged(Handle db, long paperId) {
    long merged =
        db.createQuery("select count(*) from paper_merge where paper_id = :id")
            .bind("id", paperId)
            .mapTo(Long.class)
            .one();
    if (merged > 0) {
      throw new IllegalArgumentException("the paper was merged into another");
    }
  }

  private static boolean isWithdrawn(Handle db, long paperId) {
    return db.createQuery("select withdrawn_at is not null from paper where id = :id for update")
        .bind("id", paperId)
        .mapTo(Boolean.class)
        .one();
  }

  private static Optional<LocalDate> listed(Handle db, long paperId) {
    return db.createQuery("select max(listed_day) from listing where paper_id = :id")
        .bind("id", paperId)
        .map((row, context) -> Optional.ofNullable(row.getObject(1, LocalDate.class)))
        .one();
  }

  private static void stat(Handle db, long paperId, LocalDate day, Instant at) {
    db.createUpdate("update paper_stat set listed_day = :day, listed_at = :at where paper_id = :id")
        .bind("day", day)
        .bind("at", at)
        .bind("id", paperId)
        .execute();
  }

  private static void decided(Handle db, long paperId, Instant now) {
    db.createUpdate(
            "update paper set listing_rank = :rank, updated_at = :now,"
                + " row_version = row_version + 1 where id = :id")
        .bind("rank", SourceKind.CURATOR_RANK)
        .bind("now", now)
        .bind("id", paperId)
        .execute();
  }

  private static void audit(
      Handle db, Instant now, Actor actor, String action, long paperId, String detail) {
    String target = "paper " + PaperStore.publicId(db, paperId);
    AuditLog.add(db, now, actor, action, target, detail, null, null);
  }
}
