package dev.melange.store;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A day, an ISO week (Monday to Sunday; week 1 holds the year's first Thursday) or a month of
 * listings.
 *
 * @param unit which of them
 * @param from its first day
 */
public record Period(Unit unit, LocalDate from) {
  private static final Pattern WEEK = Pattern.compile("(\\d{4})-W(\\d{2})");
  private static final Pattern MONTH = Pattern.compile("(\\d{4})-(\\d{2})");
  private static final Pattern DAY = Pattern.compile("(\\d{4})-(\\d{2})-(\\d{2})");
  private static final LocalDate FIRST = LocalDate.of(1991, 1, 1);
  private static final LocalDate LAST = LocalDate.of(2999, 12, 31);

  /** The kinds of periods; in lower case as they stand in addresses. */
  public enum Unit {
    /** {@code 2025-08-17}. */
    DATE,
    /** {@code 2025-W33}. */
    WEEK,
    /** {@code 2025-08}. */
    MONTH;

    /** The name in addresses. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Moves the day to the first one of its period. */
  public Period {
    from =
        switch (unit) {
          case DATE -> from;
          case WEEK -> from.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
          case MONTH -> from.withDayOfMonth(1);
        };
  }

  /**
   * Reads a period.
   *
   * @param unit what is expected
   * @param text such as {@code 2025-08-17}, {@code 2025-W33}, {@code 2025-08}
   * @throws IllegalArgumentException for anything else, such as a week 53 in a year without one
   */
  public static Period parse(Unit unit, String text) {
    try {
      LocalDate day =
          switch (unit) {
            case DATE -> {
              Matcher matcher = matching(DAY, text);
              yield LocalDate.of(number(matcher, 1), number(matcher, 2), number(matcher, 3));
            }
            case WEEK -> week(matching(WEEK, text));
            case MONTH -> {
              Matcher matcher = matching(MONTH, text);
              yield YearMonth.of(number(matcher, 1), number(matcher, 2)).atDay(1);
            }
          };
      if (day.isBefore(FIRST) || day.isAfter(LAST)) {
        throw new DateTimeException("before arXiv, or far in the future");
      }
      return new Period(unit, day);
    } catch (DateTimeException e) {
      String example =
          switch (unit) {
            case DATE -> "2025-08-17";
            case WEEK -> "2025-W33";
            case MONTH -> "2025-08";
          };
      throw new IllegalArgumentException(
          "%s '%s' is none; expected the form %s"
              .formatted(unit.label(), text.length() > 40 ? text.substring(0, 40) : text, example),
          e);
    }
  }

  private static Matcher matching(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.matches()) {
      throw new DateTimeException("wrong form");
    }
    return matcher;
  }

  private static int number(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group));
  }

  private static LocalDate week(Matcher matcher) {
    int year = number(matcher, 1);
    int week = number(matcher, 2);
    LocalDate fourth = LocalDate.of(year, 1, 4); // always in week 1
    long weeks = IsoFields.WEEK_OF_WEEK_BASED_YEAR.rangeRefinedBy(fourth).getMaximum();
    if (week < 1 || week > weeks) {
      throw new DateTimeException("no such week");
    }
    return fourth.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)).plusWeeks(week - 1L);
  }

  /** The first day after it. */
  public LocalDate end() {
    return switch (unit) {
      case DATE -> from.plusDays(1);
      case WEEK -> from.plusWeeks(1);
      case MONTH -> from.plusMonths(1);
    };
  }

  /** As it stands in addresses. */
  @Override
  public String toString() {
    return switch (unit) {
      case DATE -> from.toString();
      case WEEK ->
          String.format(
              Locale.ROOT,
              "%04d-W%02d",
              from.get(IsoFields.WEEK_BASED_YEAR),
              from.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
      case MONTH -> YearMonth.from(from).toString();
    };
  }
}
