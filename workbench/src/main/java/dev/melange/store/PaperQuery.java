package dev.melange.store;

import java.time.LocalDate;

/**
 * Which papers, in which order, and which page of them. Withdrawn papers are in no list.
 *
 * @param period listed in it; null for all, also those that are only indexed
 * @param submitter the name of who listed them, regardless of case; null for all
 * @param organisation the slug of their organisation, regardless of case; null for all
 * @param collection the id of a collection they are in; null for all
 * @param sort the order
 * @param limit at most so many
 * @param offset how many to leave out
 * @param after continue after this paper; only with {@link Sort#NEWEST}; null from the start
 */
public record PaperQuery(
    Period period,
    String submitter,
    String organisation,
    Long collection,
    Sort sort,
    int limit,
    long offset,
    Place after) {
  /**
   * A place in the order of {@link Sort#NEWEST}.
   *
   * @param published the day of the last paper that was shown
   * @param id its id in the store
   */
  public record Place(LocalDate published, long id) {}

  /** Refuses sizes without sense and a place in an order that has none. */
  public PaperQuery {
    if (limit < 1 || offset < 0) {
      throw new IllegalArgumentException("limit is " + limit + ", offset " + offset);
    }
    if (after != null && sort != Sort.NEWEST) {
      throw new IllegalArgumentException("a place to continue after needs the order NEWEST");
    }
  }

  /** All papers. */
  public static PaperQuery all(Sort sort, int limit, long offset) {
    return new PaperQuery(null, null, null, null, sort, limit, offset, null);
  }

  /** The papers listed in a period. */
  public static PaperQuery of(Period period, Sort sort, int limit, long offset) {
    return new PaperQuery(period, null, null, null, sort, limit, offset, null);
  }

  /** The same of one submitter; null for all. */
  public PaperQuery by(String name) {
    return new PaperQuery(period, name, organisation, collection, sort, limit, offset, after);
  }

  /** The same of one organisation. */
  public PaperQuery under(String slug) {
    return new PaperQuery(period, submitter, slug, collection, sort, limit, offset, after);
  }

  /** The same within a collection. */
  public PaperQuery in(long collectionId) {
    return new PaperQuery(
        period, submitter, organisation, collectionId, sort, limit, offset, after);
  }

  /** The same after a place; null from the start. */
  public PaperQuery after(Place place) {
    return new PaperQuery(period, submitter, organisation, collection, sort, limit, offset, place);
  }
}
