package dev.melange.data.series;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.IsoFields;

/**
 * Calendar features of times, as long-horizon forecasters take them.
 *
 * <p>{@link #continuous}: numbers in [-0.5, 0.5], in this order where the frequency has them:
 * second / 59, minute / 59, hour / 23, day of week / 6 (Monday 0), (day of month - 1) / 30, (day of
 * year - 1) / 365, (ISO week - 1) / 52, (month - 1) / 11, each minus one half. {@link #integers}:
 * month, day, weekday (Monday 0), hour, and for minutes the quarter of the hour.
 */
public final class TimeFeatures {
  private TimeFeatures() {}

  /**
   * Number of continuous features of a unit: s 6, t 5, h 4, d and b 3, w 2, m 1.
   *
   * @throws IllegalArgumentException for years, which have none
   */
  public static int continuousCount(Frequency.Unit unit) {
    return switch (unit) {
      case SECOND -> 6;
      case MINUTE -> 5;
      case HOUR -> 4;
      case DAY, BUSINESS_DAY -> 3;
      case WEEK -> 2;
      case MONTH -> 1;
      case YEAR ->
          throw new IllegalArgumentException(
              "yearly series have no time features; forecast without them");
    };
  }

  /** Number of integer features of a unit: 5 for minutes, otherwise 4. */
  public static int integerCount(Frequency.Unit unit) {
    return unit == Frequency.Unit.MINUTE ? 5 : 4;
  }

  /**
   * The continuous features ({@code timeenc} 1).
   *
   * @param epochSeconds times, n
   * @return row-major (n, {@link #continuousCount})
   */
  public static double[] continuous(long[] epochSeconds, Frequency.Unit unit) {
    int count = continuousCount(unit);
    double[] result = new double[epochSeconds.length * count];
    int at = 0;
    for (long seconds : epochSeconds) {
      LocalDateTime time = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
      if (unit == Frequency.Unit.SECOND) {
        result[at++] = time.getSecond() / 59.0 - 0.5;
      }
      if (unit == Frequency.Unit.SECOND || unit == Frequency.Unit.MINUTE) {
        result[at++] = time.getMinute() / 59.0 - 0.5;
      }
      if (count >= 4) {
        result[at++] = time.getHour() / 23.0 - 0.5;
      }
      if (count >= 3) {
        result[at++] = (time.getDayOfWeek().getValue() - 1) / 6.0 - 0.5;
      }
      if (count >= 2) {
        result[at++] = (time.getDayOfMonth() - 1) / 30.0 - 0.5;
      }
      if (count >= 3) {
        result[at++] = (time.getDayOfYear() - 1) / 365.0 - 0.5;
      } else if (count == 2) {
        result[at++] = (time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR) - 1) / 52.0 - 0.5;
      } else {
        result[at++] = (time.getMonthValue() - 1) / 11.0 - 0.5;
      }
    }
    return result;
  }

  /**
   * The integer features ({@code timeenc} 0).
   *
   * @param epochSeconds times, n
   * @return row-major (n, {@link #integerCount})
   */
  public static long[] integers(long[] epochSeconds, Frequency.Unit unit) {
    int count = integerCount(unit);
    long[] result = new long[epochSeconds.length * count];
    int at = 0;
    for (long seconds : epochSeconds) {
      LocalDateTime time = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
      result[at++] = time.getMonthValue();
      result[at++] = time.getDayOfMonth();
      result[at++] = time.getDayOfWeek().getValue() - 1;
      result[at++] = time.getHour();
      if (count == 5) {
        result[at++] = time.getMinute() / 15;
      }
    }
    return result;
  }
}
