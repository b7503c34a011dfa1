package dev.melange.cli;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.melange.data.DataException;
import dev.melange.data.Source;
import dev.melange.data.TextFile;
import dev.melange.data.series.TimeSeries;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Sequences with the names of their classes.
 *
 * @param sequences of the same columns
 * @param labels the class of each; empty where it is not known
 * @param classes the names that occur, sorted
 */
record LabelledSequences(List<TimeSeries> sequences, List<String> labels, List<String> classes) {
  private static final long ORDER = 3;

  /**
   * Sequences with the labels that a column of their file gives.
   *
   * @param sequences named by the column of ids
   * @param id that column
   * @param label the column of classes, the same in all rows of a sequence
   * @throws DataException if a sequence has two labels, or there are fewer than two classes
   */
  static LabelledSequences of(
      List<TimeSeries> sequences, SeriesInput input, String id, String label) throws IOException {
    Map<String, String> found = labels(SeriesInput.source(input.data()), id, label);
    List<String> labels =
        sequences.stream().map(sequence -> found.getOrDefault(sequence.name(), "")).toList();
    TreeSet<String> classes = new TreeSet<>(labels);
    classes.remove("");
    if (classes.size() < 2) {
      throw new DataException(
          "%s: column '%s' names %d class%s; classification needs at least 2"
              .formatted(input.data(), label, classes.size(), classes.size() == 1 ? "" : "es"));
    }
    return new LabelledSequences(sequences, labels, List.copyOf(classes));
  }

  private static Map<String, String> labels(Source source, String id, String label)
      throws IOException {
    Map<String, String> labels = new LinkedHashMap<>();
    try (CsvReader<CsvRecord> reader = TextFile.csv(TextFile.read(source))) {
      List<String> header = null;
      for (CsvRecord row : reader) {
        List<String> cells = row.getFields().stream().map(String::strip).toList();
        if (header == null) {
          header = cells;
          continue;
        }
        String sequence = cells.get(index(source, header, id));
        String own = cells.get(index(source, header, label));
        String before = labels.putIfAbsent(sequence, own);
        if (before != null && !before.equals(own)) {
          throw new DataException(
              "%s line %d: sequence '%s' has the labels '%s' and '%s'; expected one"
                  .formatted(source.name(), row.getStartingLineNumber(), sequence, before, own));
        }
      }
    }
    return labels;
  }

  private static int index(Source source, List<String> header, String column) {
    int index = header.indexOf(column);
    if (index < 0) {
      throw new DataException(
          "%s has no column '%s'; it has %s"
              .formatted(source.name(), column, String.join(", ", header)));
    }
    return index;
  }

  /** The numbers of the sequences whose class is known, or is not. */
  int[] numbers(boolean known) {
    return IntStream.range(0, labels.size())
        .filter(i -> labels.get(i).isEmpty() != known)
        .toArray();
  }

  /**
   * Takes a share of each class.
   *
   * @param from numbers of sequences with labels
   * @param share in (0, 1)
   * @return those taken, and those left
   */
  int[][] split(int[] from, double share, long seed) {
    List<Integer> taken = new ArrayList<>();
    List<Integer> left = new ArrayList<>();
    for (String name : classes) {
      int[] own = IntStream.of(from).filter(i -> labels.get(i).equals(name)).toArray();
      Rng rng = new Rng(seed).fork(ORDER, classes.indexOf(name));
      for (int i = own.length - 1; i > 0; i--) {
        int other = rng.nextInt(i + 1);
        int swapped = own[i];
        own[i] = own[other];
        own[other] = swapped;
      }
      int count = (int) Math.round(own.length * share);
      for (int i = 0; i < own.length; i++) {
        (i < count ? taken : left).add(own[i]);
      }
    }
    return new int[][] {
      taken.stream().mapToInt(Integer::intValue).sorted().toArray(),
      left.stream().mapToInt(Integer::intValue).sorted().toArray()
    };
  }

  /** Rows of the longest sequence. */
  int longest() {
    return sequences.stream().mapToInt(TimeSeries::rows).max().orElseThrow();
  }

  /** Mean and standard deviation of each column over some sequences. */
  double[][] statistics(int[] numbers) {
    int width = sequences.get(0).columns().size();
    double[] sum = new double[width];
    double[] squares = new double[width];
    long rows = 0;
    for (int number : numbers) {
      TimeSeries own = sequences.get(number);
      rows += own.rows();
      for (int i = 0; i < own.values().length; i++) {
        sum[i % width] += own.values()[i];
        squares[i % width] += own.values()[i] * own.values()[i];
      }
    }
    double[][] statistics = new double[2][width];
    for (int c = 0; c < width; c++) {
      statistics[0][c] = sum[c] / rows;
      double variance = squares[c] / rows - statistics[0][c] * statistics[0][c];
      statistics[1][c] = variance > 1e-12 ? Math.sqrt(variance) : 1;
    }
    return statistics;
  }

  /**
   * Scaled values [n, length, columns], zero after the end of a sequence; longer ones are cut.
   *
   * @param statistics from {@link #statistics}
   */
  Tensor values(int[] numbers, int length, double[][] statistics) {
    int width = sequences.get(0).columns().size();
    float[] values = new float[numbers.length * length * width];
    for (int i = 0; i < numbers.length; i++) {
      TimeSeries own = sequences.get(numbers[i]);
      for (int at = 0; at < Math.min(length, own.rows()) * width; at++) {
        values[i * length * width + at] =
            (float) ((own.values()[at] - statistics[0][at % width]) / statistics[1][at % width]);
      }
    }
    return Tensor.of(values, numbers.length, length, width);
  }

  /** Where the sequences have values, [n, length]. */
  Tensor padding(int[] numbers, int length) {
    float[] padding = new float[numbers.length * length];
    for (int i = 0; i < numbers.length; i++) {
      for (int row = 0; row < Math.min(length, sequences.get(numbers[i]).rows()); row++) {
        padding[i * length + row] = 1;
      }
    }
    return Tensor.of(padding, numbers.length, length);
  }

  /** The numbers of the classes of sequences with labels, [n]. */
  long[] targets(int[] numbers) {
    return IntStream.of(numbers).mapToLong(i -> classes.indexOf(labels.get(i))).toArray();
  }
}
