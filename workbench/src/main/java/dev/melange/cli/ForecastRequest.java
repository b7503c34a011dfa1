package dev.melange.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.component.Configs;
import dev.melange.component.Default;
import dev.melange.data.ContentHash;
import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import dev.melange.data.LocatedSet;
import dev.melange.data.Source;
import dev.melange.data.series.Frequency;
import dev.melange.data.series.SeriesCsv;
import dev.melange.data.series.TimeSeries;
import dev.melange.io.AtomicFiles;
import dev.melange.papers.forecast.ForecastOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a fit of {@code melange forecast} was asked to do; kept in its folder, so that it can go on.
 *
 * @param data the CSV file, or the name of a series that the library knows
 * @param sha256 of the data's contents
 * @param target the columns to forecast; null for all
 * @param date the column of dates; null to find it
 * @param date_format how dates are written; null to find out
 * @param freq the spacing of the rows; null to find out
 * @param threads worker threads
 * @param device where to compute
 * @param options the fit
 */
record ForecastRequest(
    String data,
    String sha256,
    @Default("null") List<String> target,
    @Default("null") String date,
    @Default("null") String date_format,
    @Default("null") String freq,
    int threads,
    String device,
    ForecastOptions options) {
  private static final String FILE = "config.json";
  private static final List<String> SERIES_SETS =
      List.of("us-flights-hourly", "ett", "exchange-rate");

  /** The request that a folder was made for. */
  static ForecastRequest in(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(
          folder.toString(), null, "is not the folder of a forecast: it has no " + FILE);
    }
    return Configs.read(
        ForecastRequest.class, new ObjectMapper().readTree(file.toFile()), file.toString());
  }

  /** Writes it into a folder. */
  void write(Path folder) throws IOException {
    AtomicFiles.write(folder.resolve(FILE), Configs.toJson(this).toPrettyString() + "\n");
  }

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

  /**
   * Reads the series.
   *
   * @throws DataException if the data are no longer those that the fit began with
   */
  TimeSeries read() throws IOException {
    Source source = source(data);
    String now = ContentHash.of(source).sha256();
    if (!now.equals(sha256)) {
      throw new DataException(
          "%s has changed since the fit began (SHA-256 %s, it was %s); begin a new one without --resume"
              .formatted(data, now, sha256));
    }
    return read(source, target, date, date_format, freq);
  }

  static TimeSeries read(
      Source source, List<String> target, String date, String dateFormat, String freq)
      throws IOException {
    return SeriesCsv.read(
        source,
        new SeriesCsv.Options(date, target, dateFormat, freq == null ? null : Frequency.of(freq)));
  }
}
