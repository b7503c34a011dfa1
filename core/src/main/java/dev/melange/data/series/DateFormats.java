package dev.melange.data.series;

import dev.melange.data.DataException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.IntFunction;

/** The ways of writing a date that are recognised, and reading them. */
final class DateFormats {
  private static final String OFFSET = "[ ][XXX][X]";
  // The offset only after a time: a lone -02 is a day.
  private static final String TIME =
      "[['T'][' ']H:mm[:ss][.SSSSSSSSS][.SSSSSS][.SSS]" + OFFSET + "]";

  /** One way of writing dates. */
  interface Format {
    /** Seconds since 1970, or empty if the text is not written this way. */
    OptionalLong parse(String text);

    /** What messages call it. */
    String pattern();
  }

  /** All, in order of preference; months before days where both are possible. */
  static final List<Format> ALL = all();

  private DateFormats() {}

  private static List<Format> all() {
    List<Format> formats = new ArrayList<>();
    for (String date :
        List.of(
            "uuuu-M-d",
            "uuuu/M/d",
            "uuuu.M.d",
            "d.M.uuuu",
            "M/d/uuuu",
            "d/M/uuuu",
            "d-M-uuuu",
            "d MMM uuuu",
            "MMM d[,] uuuu",
            "d-MMM-uuuu",
            "uuuu-M",
            "uuuu/M",
            "MMM uuuu")) {
      formats.add(new Pattern(date));
    }
    formats.add(new Epoch(1, 9, 10));
    formats.add(new Epoch(1000, 12, 13));
    formats.add(new Pattern("uuuuMMdd"));
    return List.copyOf(formats);
  }

  /** A pattern of {@link DateTimeFormatter}, of a date with or without a time of day. */
  static Format of(String pattern) {
    return new Pattern(pattern);
  }

  /**
   * Reads a column of dates.
   *
   * @param cells the texts
   * @param pattern how they are written; null to find the one way that reads all of them
   * @param place tells where row i is, for messages; the whole column for -1
   * @return seconds since 1970
   * @throws DataException if a cell is no date, or all can be read in two ways that differ
   */
  static long[] read(List<String> cells, String pattern, IntFunction<String> place) {
    List<Format> candidates = pattern != null ? List.of(named(pattern)) : ALL;
    long[] times = null;
    Format chosen = null;
    Format furthest = candidates.get(0);
    int reached = -1;
    for (Format format : candidates) {
      long[] parsed = new long[cells.size()];
      int row = parse(format, cells, parsed);
      if (row == parsed.length && times == null) {
        times = parsed;
        chosen = format;
      } else if (row == parsed.length && !Arrays.equals(times, parsed)) {
        throw new DataException(
            "%s: dates like '%s' can be read as %s and as %s; say which (date format)"
                .formatted(place.apply(-1), cells.get(0), chosen.pattern(), format.pattern()));
      }
      if (row > reached) {
        reached = row;
        furthest = format;
      }
    }
    if (times == null) {
      throw new DataException(
          "%s: '%s' is not a date%s"
              .formatted(
                  place.apply(reached),
                  cells.get(reached),
                  reached == 0 && pattern == null
                      ? "; write dates like 2016-07-01 05:00:00"
                      : " written as " + furthest.pattern()));
    }
    return times;
  }

  private static Format named(String pattern) {
    try {
      return of(pattern);
    } catch (IllegalArgumentException e) {
      throw new DataException(
          "'"
              + pattern
              + "' is not a date format ("
              + e.getMessage()
              + "); for instance dd.MM.uuuu HH:mm",
          e);
    }
  }

  // The first row that is not written this way; the number of rows if all are.
  private static int parse(Format format, List<String> cells, long[] times) {
    for (int row = 0; row < times.length; row++) {
      OptionalLong time = format.parse(cells.get(row));
      if (time.isEmpty()) {
        return row;
      }
      times[row] = time.getAsLong();
    }
    return times.length;
  }

  private record Pattern(String pattern, DateTimeFormatter formatter) implements Format {
    Pattern(String pattern) {
      this(pattern, formatter(pattern));
    }

    private static DateTimeFormatter formatter(String pattern) {
      boolean timed = pattern.contains("H") || pattern.contains("h");
      DateTimeFormatterBuilder builder =
          new DateTimeFormatterBuilder()
              .parseCaseInsensitive()
              .appendPattern(pattern + (timed ? OFFSET : TIME));
      if (!pattern.contains("d")) {
        builder.parseDefaulting(ChronoField.DAY_OF_MONTH, 1);
      }
      return builder.toFormatter(Locale.ENGLISH).withResolverStyle(ResolverStyle.STRICT);
    }

    @Override
    public OptionalLong parse(String text) {
      try {
        TemporalAccessor parsed =
            formatter.parseBest(text, OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
        if (parsed instanceof OffsetDateTime time) {
          return OptionalLong.of(time.toEpochSecond());
        }
        if (parsed instanceof LocalDateTime time) {
          return OptionalLong.of(time.toEpochSecond(ZoneOffset.UTC));
        }
        return OptionalLong.of(LocalDate.from(parsed).atStartOfDay().toEpochSecond(ZoneOffset.UTC));
      } catch (DateTimeException e) {
        return OptionalLong.empty();
      }
    }
  }

  /** Seconds or milliseconds since 1970, told apart by their number of digits. */
  private record Epoch(long perSecond, int minDigits, int maxDigits) implements Format {
    @Override
    public OptionalLong parse(String text) {
      String digits = text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
      if (digits.length() < minDigits || digits.length() > maxDigits) {
        return OptionalLong.empty();
      }
      for (int i = 0; i < digits.length(); i++) {
        if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
          return OptionalLong.empty();
        }
      }
      return OptionalLong.of(Long.parseLong(digits) / perSecond);
    }

    @Override
    public String pattern() {
      return perSecond == 1 ? "seconds since 1970" : "milliseconds since 1970";
    }
  }
}
