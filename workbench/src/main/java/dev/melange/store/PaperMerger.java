package dev.melange.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Makes one paper of two that are the same. What readers made of the one that goes, votes,
 * discussion, collections, tags, notes, results, is from then on the other's, and so is what only
 * the one that goes was known for. Its ids lead to the other, and files it came from find the other
 * when they are imported again.
 */
public final class PaperMerger {
  /** What belongs to a paper once for each of some columns: table, then its other columns. */
  private static final List<List<String>> SETS =
      List.of(
          List.of("vote", "user_id, voted_at"),
          List.of("paper_tag", "tag_id"),
          List.of("tag_refusal", "tag_id"),
          List.of("collection_item", "collection_id, added_at"),
          List.of("read_mark", "owner_id, read_at"),
          List.of("paper_category", "category"),
          List.of("paper_link", "url, kind, pos, origin"),
          List.of("author_claim", "user_id, author, claimed_at"),
          List.of("trend_event", "kind, user_id, subject, at_time, weight"));

  /** What moves as it is. */
  private static final List<String> ROWS =
      List.of("source_record", "paper_event", "run_result", "job");

  private final Database database;

  /** On a database. */
  public PaperMerger(Database database) {
    this.database = database;
  }

  /** What of a paper's row the other takes where it has nothing. */
  private record Stored(
      String publicId,
      String title,
      String arxivId,
      Integer arxivVersion,
      String catalogueKey,
      String abstractText,
      int abstractRank,
      Integer authorCount,
      int authorsRank,
      Long organisation,
      String category,
      String doi,
      String venue,
      String project,
      String repository,
      Integer stars,
      boolean withdrawn) {
    static Stored of(ResultSet row) throws SQLException {
      String arxivId = row.getString("arxiv_id");
      return new Stored(
          arxivId != null ? arxivId : PaperEntry.LOCAL + row.getString("local_key"),
          row.getString("title"),
          arxivId,
          row.getObject("arxiv_version", Integer.class),
          row.getString("catalogue_key"),
          row.getString("abstract"),
          row.getInt("abstract_rank"),
          row.getObject("author_count", Integer.class),
          row.getInt("authors_rank"),
          row.getObject("organisation_id", Long.class),
          row.getString("primary_category"),
          row.getString("doi"),
          row.getString("venue"),
          row.getString("project_url"),
          row.getString("repo_url"),
          row.getObject("stars", Integer.class),
          row.getTimestamp("withdrawn_at") != null);
    }
  }

  /**
   * Merges a paper into another.
   *
   * @param from the one that goes
   * @param into the one that stays
   * @return the id in addresses of the one that stays
   * @throws IllegalArgumentException if they are one, one of them is not there (any more), or both
   *     are implemented here
   */
  public String merge(Actor actor, long from, long into, Instant now) {
    if (from == into) {
      throw new IllegalArgumentException("a paper cannot be merged into itself");
    }
    return database.write(
        db -> {
          // In one order, so that two merges at once wait for each other and do not lock up.
          TrendStore.lock(db, Math.min(from, into));
          TrendStore.lock(db, Math.max(from, into));
          Stored gone = stored(db, from);
          Stored kept = stored(db, into);
          refuse(gone, kept);
          fields(db, from, into, gone, kept, now);
          MergedRows.authors(db, from, into);
          String listed = MergedRows.listing(db, from, into);
          for (List<String> set : SETS) {
            MergedRows.union(db, set.get(0), set.get(1), from, into);
          }
          for (String table : ROWS) {
            MergedRows.update(
                db, "update %s set paper_id = :into where paper_id = :from", table, from, into);
          }
          // A paper that is tagged is no refused one of the tag, whichever of the two was.
          MergedRows.update(
              db,
              "delete from %s where paper_id = :into and tag_id in"
                  + " (select tag_id from paper_tag where paper_id = :into)",
              "tag_refusal",
              from,
              into);
          MergedRows.update(db, "delete from %s where paper_id = :from", "embedding", from, into);
          MergedRows.notes(db, from, into);
          MergedRows.discussion(db, from, into);
          MergedRows.count(db, from, into, now);
          MergedRows.redirect(db, from, into, now);
          String id = PaperStore.publicId(db, into);
          String title = gone.title().length() <= 300 ? gone.title() : "";
          Importer.note(
              db,
              into,
              now,
              "merged",
              "%s%s \u201c%s\u201d".formatted(gone.publicId(), listed, title));
          AuditLog.add(
              db, now, actor, "merge", "paper " + id, "with " + gone.publicId(), null, null);
          return id;
        });
  }

  private static Stored stored(Handle db, long id) {
    return db.createQuery("select * from paper where id = :id for update")
        .bind("id", id)
        .map((row, context) -> Stored.of(row))
        .one();
  }

  private static void refuse(Stored gone, Stored kept) {
    for (Stored paper : List.of(gone, kept)) {
      if (paper.withdrawn()) {
        throw new IllegalArgumentException(
            paper.publicId() + " was withdrawn or merged already; reload the page");
      }
    }
    if (gone.catalogueKey() != null && kept.catalogueKey() != null) {
      throw new IllegalArgumentException(
          "both are implemented here, as %s and as %s: they are two papers"
              .formatted(gone.catalogueKey(), kept.catalogueKey()));
    }
  }

  private static void fields(
      Handle db, long from, long into, Stored gone, Stored kept, Instant now) {
    boolean id = kept.arxivId() == null;
    boolean card = kept.catalogueKey() == null;
    boolean text = kept.abstractText() == null;
    db.createUpdate(
            "update paper set withdrawn_at = :now, updated_at = :now, row_version = row_version + 1"
                + (id ? ", arxiv_id = null, arxiv_version = null" : "")
                + (card ? ", catalogue_key = null" : "")
                + " where id = :id")
        .bind("now", now)
        .bind("id", from)
        .execute();
    db.createUpdate(
            "update paper set arxiv_id = :arxiv, arxiv_version = :version, catalogue_key = :card,"
                + " abstract = :abstract, abstract_rank = :rank, organisation_id = :organisation,"
                + " primary_category = :category, doi = :doi, venue = :venue,"
                + " project_url = :project, repo_url = :repository, stars = :stars,"
                + " updated_at = :now, row_version = row_version + 1 where id = :id")
        .bind("arxiv", id ? gone.arxivId() : kept.arxivId())
        .bind("version", id ? gone.arxivVersion() : kept.arxivVersion())
        .bind("card", card ? gone.catalogueKey() : kept.catalogueKey())
        .bind("abstract", text ? gone.abstractText() : kept.abstractText())
        .bind("rank", text ? gone.abstractRank() : kept.abstractRank())
        .bind("organisation", either(kept.organisation(), gone.organisation()))
        .bind("category", either(kept.category(), gone.category()))
        .bind("doi", either(kept.doi(), gone.doi()))
        .bind("venue", either(kept.venue(), gone.venue()))
        .bind("project", either(kept.project(), gone.project()))
        .bind("repository", either(kept.repository(), gone.repository()))
        .bind("stars", either(kept.stars(), gone.stars()))
        .bind("now", now)
        .bind("id", into)
        .execute();
    if (kept.authorCount() == null) {
      db.createUpdate("update paper set author_count = :count, authors_rank = :rank where id = :id")
          .bind("count", gone.authorCount())
          .bind("rank", gone.authorsRank())
          .bind("id", into)
          .execute();
    }
  }

  private static <T> T either(T one, T other) {
    return one != null ? one : other;
  }
}
