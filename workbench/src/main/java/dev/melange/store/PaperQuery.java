package dev.melange.store;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Which papers, in which order, and which page of them. Withdrawn papers are in no list.
 *
 * @param period listed in it; null for all, also those that are only indexed
 * @param conditions all of which a paper meets
 * @param sort the order
 * @param limit at most so many
 * @param offset how many to leave out
 * @param after continue after this paper; only with {@link Sort#NEWEST}; null from the start
 */
public record PaperQuery(
    Period period, List<Condition> conditions, Sort sort, int limit, long offset, Place after) {
  /**
   * A place in the order of {@link Sort#NEWEST}.
   *
   * @param published the day of the last paper that was shown
   * @param id its id in the store
   */
  public record Place(LocalDate published, long id) {}

  /**
   * What papers must have.
   *
   * @param sql with a place for the value
   * @param value compared to
   */
  record Condition(String sql, String value) {}

  /** Refuses sizes without sense and a place in an order that has none. */
  public PaperQuery {
    conditions = List.copyOf(conditions);
    if (limit < 1 || offset < 0) {
      throw new IllegalArgumentException("limit is " + limit + ", offset " + offset);
    }
    if (after != null && sort != Sort.NEWEST) {
      throw new IllegalArgumentException("a place to continue after needs the order NEWEST");
    }
  }

  /** All papers. */
  public static PaperQuery all(Sort sort, int limit, long offset) {
    return new PaperQuery(null, List.of(), sort, limit, offset, null);
  }

  /** The papers listed in a period. */
  public static PaperQuery of(Period period, Sort sort, int limit, long offset) {
    return new PaperQuery(period, List.of(), sort, limit, offset, null);
  }

  /** The same of one submitter, regardless of case; null for all. */
  public PaperQuery by(String name) {
    return name == null ? this : with("u.name_key = %s", name.toLowerCase(Locale.ROOT));
  }

  /** The same of the organisation of a slug, regardless of case. */
  public PaperQuery under(String slug) {
    return with("o.slug_key = %s", slug.toLowerCase(Locale.ROOT));
  }

  /** The same of an author, whose name stands as it was published. */
  public PaperQuery writtenBy(String author) {
    return with(
        "exists (select 1 from paper_author a"
            + " where a.paper_id = p.id and not a.hidden and a.name = %s)",
        author);
  }

  /** The same of one of arXiv's categories, such as {@code cs.CV}. */
  public PaperQuery about(String category) {
    return with(
        "exists (select 1 from paper_category c where c.paper_id = p.id and c.category = %s)",
        category);
  }

  private PaperQuery with(String sql, String value) {
    List<Condition> more = new ArrayList<>(conditions);
    more.add(new Condition(sql, value));
    return new PaperQuery(period, more, sort, limit, offset, after);
  }

  /** The same after a place; null from the start. */
  public PaperQuery after(Place place) {
    return new PaperQuery(period, conditions, sort, limit, offset, place);
  }

  /** Another part of the same list. */
  public PaperQuery page(int most, long leftOut) {
    return new PaperQuery(period, conditions, sort, most, leftOut, after);
  }
}
