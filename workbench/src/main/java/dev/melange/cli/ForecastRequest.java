package dev.melange.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.component.Configs;
import dev.melange.data.series.TimeSeries;
import dev.melange.io.AtomicFiles;
import dev.melange.papers.forecast.ForecastOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a fit of {@code melange forecast} was asked to do; kept in its folder, so that it can go on.
 *
 * @param input the series
 * @param threads worker threads
 * @param device where to compute
 * @param baseline whether a linear model is fitted too, to compare with
 * @param options the fit
 */
record ForecastRequest(
    SeriesInput input, int threads, String device, boolean baseline, ForecastOptions options) {
  private static final String FILE = RunFolderOptions.CONFIG;

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

  /** Reads the series: the targets, and the columns with other roles. */
  List<TimeSeries> read() throws IOException {
    List<String> beside = new ArrayList<>(options.known());
    beside.addAll(options.statics());
    return input.read(beside);
  }
}
