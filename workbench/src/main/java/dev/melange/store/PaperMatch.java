package dev.melange.store;

import dev.melange.feed.PaperRecord;
import dev.melange.feed.Titles;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Which paper of the store a record is about.
 *
 * @param paperId its id, or null for a new paper
 * @param merged whether the record is about a paper that was merged into that one
 * @param conflict why it can be neither; null if it can
 * @param notes possible duplicates
 */
record PaperMatch(Long paperId, boolean merged, String conflict, List<String> notes) {
  /** A paper, or what it was merged into. */
  private record Candidate(
      long id, boolean merged, String arxivId, String localKey, LocalDate published) {
    PaperMatch match() {
      return new PaperMatch(id, merged, null, List.of());
    }

    String publicId() {
      return arxivId != null ? arxivId : PaperEntry.LOCAL + localKey;
    }
  }

  /**
   * Looks for a record's paper: by arXiv id, by title and date, by card.
   *
   * @param card the key of the card it is about, or null
   * @param days how far apart two dates of a possible duplicate may be
   */
  static PaperMatch of(Handle db, PaperRecord record, String card, int days) {
    if (record.arxivId() != null) {
      Optional<Candidate> same = one(db, "arxiv_id = :value", record.arxivId());
      if (same.isPresent()) {
        return same.get().match();
      }
    }
    List<String> notes = new ArrayList<>();
    List<Candidate> titled = candidates(db, "title_key = :value", Titles.key(record.title()));
    for (Candidate candidate : titled) {
      boolean otherId = candidate.arxivId() != null && record.arxivId() != null;
      if (candidate.published().equals(record.published())) {
        return otherId
            ? new PaperMatch(
                null,
                false,
                "has the title and date of %s, but the arXiv id %s"
                    .formatted(candidate.arxivId(), record.arxivId()),
                List.of())
            : candidate.match();
      }
    }
    Optional<Candidate> former = former(db, record);
    if (former.isPresent()) {
      return former.get().match();
    }
    Optional<Candidate> carded =
        card == null ? Optional.empty() : one(db, "catalogue_key = :value", card);
    if (carded.isPresent()) {
      return carded.get().match();
    }
    for (Candidate candidate : titled) {
      long apart = candidate.published().toEpochDay() - record.published().toEpochDay();
      if (Math.abs(apart) <= days) {
        notes.add(
            "possible duplicate of %s, published %s"
                .formatted(candidate.publicId(), candidate.published()));
      }
    }
    return new PaperMatch(null, false, null, notes);
  }

  /** The paper that had a record's title and date before it was changed. */
  private static Optional<Candidate> former(Handle db, PaperRecord record) {
    return db.createQuery(
            "select paper_id from paper_former_title"
                + " where title_key = :key and published = :published")
        .bind("key", Titles.key(record.title()))
        .bind("published", record.published())
        .mapTo(Long.class)
        .findOne()
        .flatMap(
            id ->
                candidates(db, "id = cast(:value as bigint)", Long.toString(id)).stream()
                    .findFirst())
        .filter(paper -> paper.arxivId() == null || record.arxivId() == null);
  }

  private static Optional<Candidate> one(Handle db, String condition, String value) {
    return candidates(db, condition, value).stream().findFirst();
  }

  private static List<Candidate> candidates(Handle db, String condition, String value) {
    return db.createQuery(
            "select coalesce(m.into_id, p.id), m.into_id is not null, p.arxiv_id, p.local_key,"
                + " p.published from paper p left join paper_merge m on m.paper_id = p.id where p."
                + condition
                + " order by p.id")
        .bind("value", value)
        .map(
            (row, context) ->
                new Candidate(
                    row.getLong(1),
                    row.getBoolean(2),
                    row.getString(3),
                    row.getString(4),
                    row.getObject(5, LocalDate.class)))
        .list();
  }
}
