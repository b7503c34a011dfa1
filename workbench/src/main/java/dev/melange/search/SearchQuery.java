package dev.melange.search;

import java.time.LocalDate;
import java.util.List;

/**
 * A query as it was understood.
 *
 * @param text the words without operators, fields and exclusions, in order: what meaning is sought;
 *     empty when there are only filters
 * @param clauses what is sought; empty for all papers
 * @param filters what restricts the papers before they are ranked
 * @param sort {@code relevance} or another order the query asked for
 * @param notices what was ignored, for the reader
 */
public record SearchQuery(
    String text, List<Clause> clauses, List<Filter> filters, Sort sort, List<String> notices) {
  /** Copies the lists. */
  public SearchQuery {
    clauses = List.copyOf(clauses);
    filters = List.copyOf(filters);
    notices = List.copyOf(notices);
  }

  /** Orders of results. */
  public enum Sort {
    /** Best match first. */
    RELEVANCE,
    /** Score of trending. */
    TRENDING,
    /** Most votes first. */
    UPVOTES,
    /** Published last first. */
    NEWEST
  }

  /** Part of what is sought. */
  public sealed interface Clause {}

  /** A word that ranks papers but need not be there. */
  public record Word(String text) implements Clause {}

  /** Words that must follow each other. */
  public record Phrase(String text) implements Clause {}

  /** What must occur in one field: title, abstract, author or org. */
  public record InField(String field, Clause clause) implements Clause {}

  /** What must not occur. */
  public record Not(Clause clause) implements Clause {}

  /** At least one of these must occur. */
  public record AnyOf(List<Clause> clauses) implements Clause {
    /** Copies the list. */
    public AnyOf {
      clauses = List.copyOf(clauses);
    }
  }

  /** These together, as a query of their own. */
  public record Group(List<Clause> clauses) implements Clause {
    /** Copies the list. */
    public Group {
      clauses = List.copyOf(clauses);
    }
  }

  /** A restriction. */
  public sealed interface Filter {}

  /** A field with an exact value: cat, id, has, verdict, by, tag. */
  public record Is(String field, String value) implements Filter {}

  /** Published within these days, both included. */
  public record Published(LocalDate from, LocalDate to) implements Filter {}

  /**
   * A number compared: votes, params or metric.
   *
   * @param field votes, params or metric
   * @param name of the metric; empty for the others
   * @param comparison one of {@code < <= = >= >}
   * @param value the number it is compared with
   */
  public record Compare(String field, String name, String comparison, double value)
      implements Filter {}
}
