package dev.melange.search;

/**
 * What is asked of a search.
 *
 * @param query in the query language, see {@link QueryParser}
 * @param mode which rankings are used
 * @param limit at most so many papers, from 1
 * @param offset how many of the best to leave out
 * @param viewerId whose tags {@code tag:} means; null for visitors
 */
public record SearchRequest(String query, Mode mode, int limit, int offset, Long viewerId) {
  /** Which rankings are used. */
  public enum Mode {
    /** Words alone. */
    LEXICAL,
    /** Meaning alone. */
    SEMANTIC,
    /** Both, fused. */
    HYBRID
  }

  /** Refuses sizes without sense. */
  public SearchRequest {
    if (limit < 1 || offset < 0) {
      throw new IllegalArgumentException("limit is " + limit + ", offset " + offset);
    }
  }

  /** The best papers by both rankings. */
  public static SearchRequest of(String query, int limit) {
    return new SearchRequest(query, Mode.HYBRID, limit, 0, null);
  }
}
