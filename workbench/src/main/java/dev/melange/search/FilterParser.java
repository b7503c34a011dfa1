package dev.melange.search;

import dev.melange.search.SearchQuery.Compare;
import dev.melange.search.SearchQuery.Filter;
import dev.melange.search.SearchQuery.Is;
import dev.melange.search.SearchQuery.Published;
import dev.melange.search.SearchQuery.Sort;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the values of filter fields. */
final class FilterParser {
  static final List<String> FIELDS =
      List.of(
          "title",
          "abstract",
          "author",
          "org",
          "tag",
          "cat",
          "id",
          "year",
          "before",
          "after",
          "has",
          "verdict",
          "by",
          "votes",
          "metric",
          "params",
          "sort");

  private static final Set<String> HAS = Set.of("code", "run", "comments", "model", "project");
  private static final Set<String> VERDICTS = Set.of("holds", "fails", "unshown", "none");
  private static final Pattern YEARS = Pattern.compile("(\\d{4})(?:\\.\\.(\\d{4}))?");
  private static final Pattern COMPARISON =
      Pattern.compile("(<=|>=|<|>|=)?(\\d{1,12}(?:\\.\\d{1,12})?)([kKmMgGbB]?)");
  private static final Pattern METRIC =
      Pattern.compile("([\\p{L}\\d_.@-]{1,60}?)((?:<=|>=|<|>|=).*)");

  /** The last day there is for the index. */
  private static final LocalDate END = LocalDate.of(9999, 12, 31);

  private static final LocalDate BEGIN = LocalDate.of(1, 1, 1);

  private FilterParser() {}

  /** A filter, an order, or why there is neither. */
  record Result(Filter filter, Sort sort, String problem, boolean unknownField) {
    static Result of(Filter filter) {
      return new Result(filter, null, null, false);
    }

    static Result problem(String text) {
      return new Result(null, null, text + "; it was ignored", false);
    }
  }

  static Result parse(String field, String value) {
    String shown = QueryParser.shortened(value);
    return switch (field) {
      case "tag", "cat", "by" -> Result.of(new Is(field, value));
      case "id" -> Result.of(new Is(field, value));
      case "has" -> oneOf(field, value, HAS);
      case "verdict" -> oneOf(field, value, VERDICTS);
      case "year" -> years(value, shown);
      case "before" ->
          day(value)
              .map(day -> Result.of(new Published(BEGIN, day.minusDays(1))))
              .orElseGet(() -> noDay(field, shown));
      case "after" ->
          day(value)
              .map(day -> Result.of(new Published(day.plusDays(1), END)))
              .orElseGet(() -> noDay(field, shown));
      case "votes", "params" -> compare(field, "", value, shown);
      case "metric" -> {
        Matcher matcher = METRIC.matcher(value);
        yield matcher.matches()
            ? compare(field, matcher.group(1), matcher.group(2), shown)
            : Result.problem("expected metric:NAME>NUMBER, got metric:" + shown);
      }
      case "sort" -> {
        for (Sort sort : Sort.values()) {
          if (sort.name().equalsIgnoreCase(value)) {
            yield new Result(null, sort, null, false);
          }
        }
        yield Result.problem(
            "sort:" + shown + " is not one of relevance, trending, upvotes, newest");
      }
      default -> new Result(null, null, null, true);
    };
  }

  private static Result oneOf(String field, String value, Set<String> allowed) {
    String lower = value.toLowerCase(Locale.ROOT);
    return allowed.contains(lower)
        ? Result.of(new Is(field, lower))
        : Result.problem(
            "%s:%s is not one of %s"
                .formatted(
                    field,
                    QueryParser.shortened(value),
                    String.join(", ", allowed.stream().sorted().toList())));
  }

  private static Result years(String value, String shown) {
    Matcher matcher = YEARS.matcher(value);
    if (!matcher.matches() || Integer.parseInt(matcher.group(1)) == 0) {
      return Result.problem("expected year:2023 or year:2021..2023, got year:" + shown);
    }
    int from = Integer.parseInt(matcher.group(1));
    int to = matcher.group(2) == null ? from : Integer.parseInt(matcher.group(2));
    if (to < from) {
      return Result.problem("the years of year:" + shown + " are in the wrong order");
    }
    return Result.of(new Published(LocalDate.of(from, 1, 1), LocalDate.of(to, 12, 31)));
  }

  /** A day, month or year, whose first day is meant. */
  private static Optional<LocalDate> day(String value) {
    String full =
        value.matches("\\d{4}")
            ? value + "-01-01"
            : value.matches("\\d{4}-\\d{2}") ? value + "-01" : value;
    try {
      LocalDate day = LocalDate.parse(full);
      return day.isAfter(BEGIN) && day.isBefore(END) ? Optional.of(day) : Optional.empty();
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Result noDay(String field, String shown) {
    return Result.problem("expected %s:2023-05-31, got %s:%s".formatted(field, field, shown));
  }

  private static Result compare(String field, String name, String value, String shown) {
    Matcher matcher = COMPARISON.matcher(value);
    if (!matcher.matches()) {
      return Result.problem("expected %s:>5, got %s:%s".formatted(field, field, shown));
    }
    double scale =
        switch (matcher.group(3).toLowerCase(Locale.ROOT)) {
          case "k" -> 1e3;
          case "m" -> 1e6;
          case "g", "b" -> 1e9;
          default -> 1;
        };
    String comparison = matcher.group(1) == null ? "=" : matcher.group(1);
    return Result.of(
        new Compare(field, name, comparison, Double.parseDouble(matcher.group(2)) * scale));
  }

  /** The field somebody may have meant: one at most two edits away. */
  static Optional<String> suggestion(String field) {
    String best = null;
    int least = 3;
    for (String known : FIELDS) {
      int distance = Spelling.distance(field, known, 2);
      if (distance < least) {
        least = distance;
        best = known;
      }
    }
    return Optional.ofNullable(best);
  }
}
