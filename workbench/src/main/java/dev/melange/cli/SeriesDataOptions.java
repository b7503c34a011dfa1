package dev.melange.cli;

import dev.melange.component.Suggestions;
import dev.melange.data.ContentHash;
import dev.melange.data.series.Resample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import picocli.CommandLine.Option;

/** The series that a command works on; to be mixed in. */
final class SeriesDataOptions {
  @Option(
      names = "--data",
      paramLabel = "FILE",
      description =
          "CSV file with a row per time step: numbers, and dates if there are any. Also the name of"
              + " a known series, such as us-flights-hourly.")
  private String data;

  @Option(
      names = "--target",
      split = ",",
      paramLabel = "COLUMN",
      description = "Columns to work on (default: all that have no other role).")
  private List<String> target;

  @Option(
      names = "--date",
      paramLabel = "COLUMN",
      description = "The column of dates (default: found by its contents).")
  private String date;

  @Option(
      names = "--date-format",
      paramLabel = "PATTERN",
      description = "How dates are written, such as dd/MM/uuuu (default: found out).")
  private String dateFormat;

  @Option(
      names = "--freq",
      paramLabel = "s|t|h|d|b|w|m|a",
      description =
          "The spacing of the rows, such as h, 15t (minutes) or d; rows that the file leaves out"
              + " become missing values (default: found out, and none may be left out).")
  private String freq;

  @Option(
      names = "--resample",
      paramLabel = "mean|sum|min|max|first|last",
      description =
          "Join the rows of each step of --freq, for dates that are uneven or there twice; steps"
              + " without rows become missing values.")
  private String resample;

  @Option(
      names = "--id",
      paramLabel = "COLUMN",
      description =
          "The file holds several series, one below the other: the column that names each row's.")
  private String id;

  /** The input as it was asked for, its data hashed. */
  SeriesInput input(String example) throws IOException {
    require("--data", data, example);
    if (resample != null && freq == null) {
      throw new IllegalArgumentException(
          "--resample needs the frequency to resample to; for instance: --freq h --resample "
              + resample);
    }
    return new SeriesInput(
        path(),
        ContentHash.of(SeriesInput.source(data)).sha256(),
        target,
        date,
        dateFormat,
        freq,
        resample == null ? null : method(resample),
        id);
  }

  /** The input of a command that works on one series. */
  SeriesInput single(String example) throws IOException {
    if (id != null) {
      throw new IllegalArgumentException(
          "this command works on one series at a time; leave out --id and give a file of one series");
    }
    return input(example);
  }

  /** The input with these columns. */
  SeriesInput input(String example, List<String> columns) throws IOException {
    if (target != null && !target.equals(columns)) {
      throw new IllegalArgumentException(
          "the model was fitted to %s, not to %s"
              .formatted(String.join(", ", columns), String.join(", ", target)));
    }
    target = columns;
    return input(example);
  }

  private static String method(String name) {
    List<String> known =
        Arrays.stream(Resample.values()).map(r -> r.name().toLowerCase(Locale.ROOT)).toList();
    if (!known.contains(name)) {
      throw new IllegalArgumentException(
          "unknown resample '%s'%s; expected %s"
              .formatted(name, Suggestions.didYouMean(name, known), String.join(" or ", known)));
    }
    return name;
  }

  private String path() {
    return data != null && Files.exists(Path.of(data))
        ? Path.of(data).toAbsolutePath().toString()
        : data;
  }

  /** Refuses an option that was not given. */
  static void require(String option, Object value, String example) {
    if (value == null) {
      throw new IllegalArgumentException(
          "%s is missing; for instance: %s".formatted(option, example));
    }
  }

  /** A resumed fit goes on as it began; options that say something else are refused. */
  void requireAgrees(Path folder, SeriesInput old) {
    requireSame(folder, "--data", path(), old.data());
    requireSame(folder, "--target", target, old.target());
    requireSame(folder, "--date", date, old.date());
    requireSame(folder, "--date-format", dateFormat, old.date_format());
    requireSame(folder, "--freq", freq, old.freq());
    requireSame(folder, "--resample", resample, old.resample());
    requireSame(folder, "--id", id, old.id());
  }

  /** Refuses an option that was given now and differs from what it was when the fit began. */
  static void requireSame(Path folder, String option, Object given, Object old) {
    if (given != null && !Objects.equals(given, old)) {
      throw new IllegalArgumentException(
          "the fit in %s was begun with %s %s, got %s; leave that option out, or leave out --resume"
              .formatted(folder, option, old == null ? "left out" : old, given));
    }
  }
}
