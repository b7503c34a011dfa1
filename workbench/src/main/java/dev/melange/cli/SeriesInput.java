package dev.melange.cli;

import dev.melange.component.Default;
import dev.melange.data.ContentHash;
import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import dev.melange.data.LocatedSet;
import dev.melange.data.Source;
import dev.melange.data.series.Frequency;
import dev.melange.data.series.Resample;
import dev.melange.data.series.SeriesCsv;
import dev.melange.data.series.TimeSeries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Series of a command: where they are and how they are read.
 *
 * @param data the CSV file, or the name of a series that the library knows
 * @param sha256 of the data's contents
 * @param target the columns the command works on; null for all that have no other role
 * @param date the column of dates; null to find it
 * @param date_format how dates are written; null to find out
 * @param freq the spacing of the rows; null to find out
 * @param resample how rows of the same step are joined; null if there is one row per step
 * @param id the column that names a row's series; null for one series
 */
record SeriesInput(
    String data,
    String sha256,
    @Default("null") List<String> target,
    @Default("null") String date,
    @Default("null") String date_format,
    @Default("null") String freq,
    @Default("null") String resample,
    @Default("null") String id) {
  private static final List<String> SERIES_SETS =
      List.of("us-flights-hourly", "ett", "exchange-rate");

  /** The data as text: a file, or a series of a known set. */
  static Source source(String data) throws IOException {
    Path file = Path.of(data);
    if (Files.exists(file)) {
      return Source.of(file);
    }
    DataSets sets = DataSets.standard();
    for (String name : SERIES_SETS) {
      for (var entry : sets.named(name).files()) {
        if (data.equals(entry.name().replaceAll("\\..*", ""))) {
          LocatedSet found = sets.where(name);
          return found.source(entry.name());
        }
      }
    }
    throw new DataException(
        "%s does not exist; give a CSV file, or one of the series us-flights-hourly, ETTh1, ETTh2, exchange_rate"
            .formatted(data));
  }

  /** Where the data come from, for reports. */
  Map<String, String> facts() {
    return Map.of("data", data, "SHA-256", sha256);
  }

  /**
   * Reads the series.
   *
   * @param beside columns that are wanted beside the targets
   * @throws DataException if the data are no longer those that the work began with
   */
  List<TimeSeries> read(List<String> beside) throws IOException {
    Source source = source(data);
    String now = ContentHash.of(source).sha256();
    if (!now.equals(sha256)) {
      throw new DataException(
          "%s has changed since the fit began (SHA-256 %s, it was %s); begin a new one without --resume"
              .formatted(data, now, sha256));
    }
    List<String> columns = null;
    if (target != null) {
      columns = new ArrayList<>(target);
      columns.addAll(beside);
    }
    return SeriesCsv.readAll(
        source,
        new SeriesCsv.Options(
            date,
            columns,
            date_format,
            freq == null ? null : Frequency.of(freq),
            resample == null ? null : Resample.valueOf(resample.toUpperCase(Locale.ROOT)),
            id));
  }

  /**
   * The input with all columns as targets but one, and without the columns of ids and dates.
   *
   * @throws DataException if that column is not there
   */
  SeriesInput without(String column) throws IOException {
    List<String> all = SeriesCsv.header(source(data));
    if (!all.contains(column)) {
      throw new DataException(
          "%s has no column '%s'; it has %s".formatted(data, column, String.join(", ", all)));
    }
    if (target != null) {
      return this;
    }
    List<String> others = new ArrayList<>(all);
    others.removeAll(List.of(column, id == null ? column : id, date == null ? column : date));
    SeriesInput chosen =
        new SeriesInput(data, sha256, others, date, date_format, freq, resample, id);
    return date == null ? chosen.withoutDates() : chosen;
  }

  /** Without the target that is a column of dates by its name. */
  private SeriesInput withoutDates() {
    List<String> others = target.stream().filter(column -> !SeriesCsv.isDateName(column)).toList();
    return new SeriesInput(data, sha256, others, date, date_format, freq, resample, id);
  }

  /** These columns of another file that is written alike. */
  SeriesInput of(String file, List<String> columns) throws IOException {
    return new SeriesInput(
        file,
        ContentHash.of(source(file)).sha256(),
        columns,
        date,
        date_format,
        freq,
        resample,
        id);
  }

  /** The one series. */
  TimeSeries readOne() throws IOException {
    return read(List.of()).get(0);
  }
}
