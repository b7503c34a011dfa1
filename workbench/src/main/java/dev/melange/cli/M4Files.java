package dev.melange.cli;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.melange.data.DataException;
import dev.melange.data.Source;
import dev.melange.data.TextFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Series of one group in the layout of the M4 competition: {@code Monthly-train.csv} and {@code
 * Monthly-test.csv}, in a folder or in its folders {@code Train} and {@code Test}, with a header,
 * and in each row a name and the values, empty after the end.
 *
 * @param names of the series
 * @param histories to learn and to forecast from
 * @param futures the values after them
 */
record M4Files(List<String> names, List<double[]> histories, List<double[]> futures) {
  /**
   * Reads a group.
   *
   * @param most at most so many series
   * @throws DataException if the files do not belong together or hold something else
   */
  static M4Files read(Path folder, String group, int horizon, int most) throws IOException {
    Path train = find(folder, "Train", group + "-train.csv");
    Path test = find(folder, "Test", group + "-test.csv");
    Map<String, double[]> histories = read(train, most);
    Map<String, double[]> futures = read(test, most);
    List<double[]> after = new ArrayList<>();
    for (Map.Entry<String, double[]> history : histories.entrySet()) {
      double[] future = futures.get(history.getKey());
      if (future == null || future.length != horizon) {
        throw new DataException(
            "%s: series '%s' has %s; %s is forecast %d steps ahead"
                .formatted(
                    test,
                    history.getKey(),
                    future == null ? "no row" : future.length + " values",
                    group,
                    horizon));
      }
      after.add(future);
    }
    return new M4Files(List.copyOf(histories.keySet()), new ArrayList<>(histories.values()), after);
  }

  /** Whether a folder has the files of a group. */
  static boolean has(Path folder, String group) {
    return Files.exists(folder.resolve(group + "-train.csv"))
        || Files.exists(folder.resolve("Train").resolve(group + "-train.csv"));
  }

  private static Path find(Path folder, String part, String name) throws NoSuchFileException {
    for (Path file : List.of(folder.resolve(name), folder.resolve(part).resolve(name))) {
      if (Files.exists(file)) {
        return file;
      }
    }
    throw new NoSuchFileException(
        folder.resolve(name).toString(), null, "is not there, nor in the folder " + part);
  }

  private static Map<String, double[]> read(Path file, int most) throws IOException {
    Map<String, double[]> series = new LinkedHashMap<>();
    try (CsvReader<CsvRecord> reader = TextFile.csv(TextFile.read(Source.of(file)))) {
      boolean header = true;
      for (CsvRecord row : reader) {
        if (!header && series.size() < most) {
          double[] values = values(file, row);
          if (series.put(row.getField(0).strip(), values) != null) {
            throw new DataException(
                "%s line %d: series '%s' is there twice"
                    .formatted(file, row.getStartingLineNumber(), row.getField(0)));
          }
        }
        header = false;
      }
    }
    if (series.isEmpty()) {
      throw new DataException(file + " has no series; expected a header and a row per series");
    }
    return series;
  }

  private static double[] values(Path file, CsvRecord row) {
    int count = row.getFieldCount();
    while (count > 1 && row.getField(count - 1).isBlank()) {
      count--;
    }
    double[] values = new double[count - 1];
    for (int i = 1; i < count; i++) {
      String cell = row.getField(i).strip();
      try {
        values[i - 1] = Double.parseDouble(cell);
      } catch (NumberFormatException e) {
        throw new DataException(
            "%s line %d, value %d: '%s' is not a number"
                .formatted(file, row.getStartingLineNumber(), i, cell),
            e);
      }
    }
    if (values.length == 0 || !Arrays.stream(values).allMatch(Double::isFinite)) {
      throw new DataException(
          "%s line %d: series '%s' has no values, or one that is not finite"
              .formatted(file, row.getStartingLineNumber(), row.getField(0)));
    }
    return values;
  }
}
