package dev.melange.data.series;

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
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

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
