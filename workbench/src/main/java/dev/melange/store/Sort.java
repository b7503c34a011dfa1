package dev.melange.store;

/** The orders of lists. Each is total: what is equal is ordered by the id in the store. */
public enum Sort {
  /** Listed last first; papers that are only indexed after all listed ones, by publication. */
  PUBLISHED_AT("publishedAt"),
  /** Most votes first, then listed first. */
  UPVOTES("upvotes"),
  /** Highest {@link Trend} first, then votes, then listed last. */
  TRENDING("trending"),
  /** Published last first, listed or not. */
  NEWEST("newest");

  private final String label;

  Sort(String label) {
    this.label = label;
  }

  /** The name in addresses. */
  public String label() {
    return label;
  }

  /** The first column of {@code paper_stat} in the order, largest first; null if there is none. */
  String indexed() {
    return switch (this) {
      case PUBLISHED_AT -> "listed_at";
      case UPVOTES -> "votes";
      case TRENDING -> "trend";
      case NEWEST -> null;
    };
  }

  String sql() {
    return switch (this) {
      case PUBLISHED_AT ->
          "case when s.listed_at is null then 1 else 0 end, s.listed_at desc, p.published desc, p.id";
      case UPVOTES -> "s.votes desc, coalesce(s.listed_at, p.created_at), p.id";
      case TRENDING ->
          "coalesce(s.trend, -1e300) desc, s.votes desc, coalesce(s.listed_at, p.created_at) desc,"
              + " p.id";
      case NEWEST -> "p.published desc, p.id";
    };
  }
}
