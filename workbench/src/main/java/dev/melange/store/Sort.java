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
  NEWEST("newest"),
  /** As on the page that was imported last, then earlier ones; papers of no page come last. */
  POSITION("position");

  private final String label;

  Sort(String label) {
    this.label = label;
  }

  /** The name in addresses. */
  public String label() {
    return label;
  }

  /**
   * A column.
   *
   * @param table it is of, {@code paper} or {@code paper_stat}
   * @param name in it
   */
  record Column(String table, String name) {}

  /** The first column of the order, largest first; null where no column leads it. */
  Column indexed() {
    return switch (this) {
      case PUBLISHED_AT -> new Column("paper_stat", "listed_at");
      case UPVOTES -> new Column("paper_stat", "votes");
      case TRENDING -> new Column("paper_stat", "trend");
      case NEWEST -> new Column("paper", "published");
      case POSITION -> null;
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
      case POSITION -> "case when l.pos is null then 1 else 0 end, l.source_id desc, l.pos, p.id";
    };
  }
}
