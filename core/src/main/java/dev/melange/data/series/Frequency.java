package dev.melange.data.series;

import dev.melange.data.DataException;
import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * The spacing of a series.
 *
 * @param unit the unit
 * @param step how many units lie between two rows, at least 1
 */
public record Frequency(Unit unit, int step) {
  private static final long MONDAY = -3 * 86_400; // 1969-12-29

  /** Units with their usual codes. */
  public enum Unit {
    SECOND("s", 1),
    MINUTE("t", 60),
    HOUR("h", 3600),
    DAY("d", 86_400),
    /** Monday to Friday. */
    BUSINESS_DAY("b", 0),
    WEEK("w", 7 * 86_400),
    MONTH("m", 0),
    YEAR("a", 0);

    private final String code;
    private final int seconds;

    Unit(String code, int seconds) {
      this.code = code;
      this.seconds = seconds;
    }

    /** {@code s, t, h, d, b, w, m, a}. */
    public String code() {
      return code;
    }
  }

  /** Checks the step. */
  public Frequency {
    if (step < 1) {
      throw new IllegalArgumentException("step must be at least 1, got " + step);
    }
  }

  /**
   * The frequency of a code with an optional step before it: {@code h}, {@code 15t} (or {@code
   * 15min}), {@code d}.
   */
  public static Frequency of(String code) {
    String digits = code.replaceAll("\\D.*", "");
    String letters =
        code.substring(digits.length()).equals("min") ? "t" : code.substring(digits.length());
    for (Unit unit : Unit.values()) {
      if (unit.code.equalsIgnoreCase(letters) && digits.length() < 9) {
        return new Frequency(unit, digits.isEmpty() ? 1 : Integer.parseInt(digits));
      }
    }
    throw new IllegalArgumentException(
        "unknown frequency '"
            + code
            + "'; expected s, t (minutes), h, d, b, w, m or a, with a "
            + "number before it if need be: 15t");
  }

  /** The unit's code, with the step before it if it is not 1. */
  public String code() {
    return step == 1 ? unit.code : step + unit.code;
  }

  /**
   * The usual number of rows after which a series of this spacing repeats itself: a day for
   * seconds, minutes and hours, a week for days, a year for weeks and months; 1 where there is no
   * such whole number.
   */
  public int season() {
    int units =
        switch (unit) {
          case SECOND, MINUTE, HOUR -> 86_400 / unit.seconds;
          case DAY -> 7;
          case BUSINESS_DAY -> 5;
          case WEEK -> 52;
          case MONTH -> 12;
          case YEAR -> 1;
        };
    return units % step == 0 ? units / step : 1;
  }

  /** The time {@code count} rows after a time (before it, if negative). */
  public long plus(long epochSeconds, long count) {
    long units = count * step;
    LocalDateTime time = LocalDateTime.ofEpochSecond(epochSeconds, 0, ZoneOffset.UTC);
    return switch (unit) {
      case MONTH -> months(time, units).toEpochSecond(ZoneOffset.UTC);
      case YEAR -> months(time, 12 * units).toEpochSecond(ZoneOffset.UTC);
      case BUSINESS_DAY -> businessDays(time, units).toEpochSecond(ZoneOffset.UTC);
      default -> epochSeconds + units * unit.seconds;
    };
  }

  /**
   * The beginning of the step that a time lies in, counted from midnight of 1970-01-01 (weeks from
   * Monday, months from January of year 0). A weekend belongs to its Friday if the unit is business
   * days.
   */
  public long floor(long epochSeconds) {
    LocalDateTime time = LocalDateTime.ofEpochSecond(epochSeconds, 0, ZoneOffset.UTC);
    LocalDateTime day = time.toLocalDate().atStartOfDay();
    return switch (unit) {
      case MONTH -> firstOfMonth(Math.floorDiv(months(time), step) * (long) step);
      case YEAR -> firstOfMonth(12L * Math.floorDiv(time.getYear(), step) * step);
      case BUSINESS_DAY -> {
        if (step != 1) {
          throw new IllegalArgumentException(
              "steps of %d business days have no beginning; take single ones (b)".formatted(step));
        }
        yield day.minusDays(Math.max(0, day.getDayOfWeek().getValue() - 5))
            .toEpochSecond(ZoneOffset.UTC);
      }
      default -> {
        long width = (long) step * unit.seconds;
        long origin = unit == Unit.WEEK ? MONDAY : 0;
        yield Math.floorDiv(epochSeconds - origin, width) * width + origin;
      }
    };
  }

  private static int months(LocalDateTime time) {
    return 12 * time.getYear() + time.getMonthValue() - 1;
  }

  private static long firstOfMonth(long months) {
    return LocalDateTime.of((int) Math.floorDiv(months, 12L), 1, 1, 0, 0)
        .plusMonths(Math.floorMod(months, 12L))
        .toEpochSecond(ZoneOffset.UTC);
  }

  // The last day of a month stays the last day.
  private static LocalDateTime months(LocalDateTime time, long months) {
    LocalDateTime moved = time.plusMonths(months);
    boolean last = time.getDayOfMonth() == YearMonth.from(time).lengthOfMonth();
    return last ? moved.withDayOfMonth(YearMonth.from(moved).lengthOfMonth()) : moved;
  }

  private static LocalDateTime businessDays(LocalDateTime time, long days) {
    LocalDateTime moved = time;
    for (long left = Math.abs(days); left > 0; ) {
      moved = moved.plusDays(days < 0 ? -1 : 1);
      if (!isWeekend(moved)) {
        left--;
      }
    }
    return moved;
  }

  private static boolean isWeekend(LocalDateTime time) {
    return time.getDayOfWeek() == DayOfWeek.SATURDAY || time.getDayOfWeek() == DayOfWeek.SUNDAY;
  }

  /**
   * The frequency of increasing times.
   *
   * @param place tells where row i is, for messages: "power.csv line 8"
   * @return empty for fewer than two rows
   * @throws DataException if the spacing is irregular; names the first row that breaks it
   */
  static Optional<Frequency> infer(long[] times, IntFunction<String> place) {
    if (times.length < 2) {
      return Optional.empty();
    }
    Frequency best = null;
    int reached = 0;
    for (Frequency candidate : candidates(times)) {
      int row = 1;
      while (row < times.length && candidate.plus(times[row - 1], 1) == times[row]) {
        row++;
      }
      if (row == times.length) {
        return Optional.of(candidate);
      }
      if (best == null || row > reached) {
        best = candidate;
        reached = row;
      }
    }
    throw new DataException(
        "%s: %s follows %s, but the rows so far are %s apart; leave no row out, name the frequency (rows left out become missing values), or resample to even steps"
            .formatted(
                place.apply(reached),
                show(times[reached]),
                show(times[reached - 1]),
                best.words()));
  }

  private static List<Frequency> candidates(long[] times) {
    List<Frequency> found = new ArrayList<>();
    LocalDateTime first = LocalDateTime.ofEpochSecond(times[0], 0, ZoneOffset.UTC);
    LocalDateTime second = LocalDateTime.ofEpochSecond(times[1], 0, ZoneOffset.UTC);
    long months =
        12L * (second.getYear() - first.getYear()) + second.getMonthValue() - first.getMonthValue();
    // Before days: a month is also some number of days, for one step.
    if (months > 0 && months % 12 == 0) {
      found.add(new Frequency(Unit.YEAR, (int) (months / 12)));
    } else if (months > 0) {
      found.add(new Frequency(Unit.MONTH, (int) months));
    }
    long gap = times[1] - times[0];
    for (Unit unit : new Unit[] {Unit.WEEK, Unit.DAY, Unit.HOUR, Unit.MINUTE, Unit.SECOND}) {
      if (gap % unit.seconds == 0 && gap / unit.seconds <= Integer.MAX_VALUE) {
        found.add(new Frequency(unit, (int) (gap / unit.seconds)));
        break;
      }
    }
    if (!isWeekend(first) && !isWeekend(second)) {
      found.add(new Frequency(Unit.BUSINESS_DAY, 1));
    }
    return found;
  }

  private String words() {
    return step
        + " "
        + unit.name().toLowerCase(Locale.ROOT).replace('_', ' ')
        + (step == 1 ? "" : "s");
  }

  /** A time as messages show it: {@code 2016-07-01 05:00:00}. */
  static String show(long epochSeconds) {
    return LocalDateTime.ofEpochSecond(epochSeconds, 0, ZoneOffset.UTC)
        .format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT));
  }

  @Override
  public String toString() {
    return code();
  }
}
