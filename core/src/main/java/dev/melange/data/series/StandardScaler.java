package dev.melange.data.series;

import dev.melange.data.DataException;
import java.util.Arrays;

/**
 * Scales each variable to mean 0 and standard deviation 1 of the rows it was fitted on. The
 * deviation is that of the population (divided by n); a constant variable keeps its scale.
 *
 * @param mean per variable
 * @param std per variable, positive
 */
public record StandardScaler(double[] mean, double[] std) {
  /** Checks and copies. */
  public StandardScaler {
    mean = mean.clone();
    std = std.clone();
    if (mean.length == 0 || mean.length != std.length) {
      throw new IllegalArgumentException(
          "mean and std must have the same length, got %d and %d"
              .formatted(mean.length, std.length));
    }
  }

  /** Fits the rows from (inclusive) .. to (exclusive) of a series. */
  public static StandardScaler fit(TimeSeries series, int from, int to) {
    for (int row = from; row < to; row++) {
      for (int c = 0; c < series.columns().size(); c++) {
        if (Double.isNaN(series.get(row, c))) {
          throw new DataException(
              "%s: column '%s' has no value in row %d; fill missing values first"
                  .formatted(series.name(), series.columns().get(c), row));
        }
      }
    }
    return fit(series.values(), series.columns().size(), from, to);
  }

  /**
   * Fits rows of a table.
   *
   * @param values row-major (row, column)
   * @param columns values per row
   * @param from first row
   * @param to the row after the last
   */
  public static StandardScaler fit(double[] values, int columns, int from, int to) {
    if (from < 0 || from >= to || (long) to * columns > values.length) {
      throw new IllegalArgumentException(
          "cannot fit rows %d to %d of %d".formatted(from, to, values.length / columns));
    }
    double[] mean = new double[columns];
    double[] std = new double[columns];
    int n = to - from;
    for (int i = from * columns; i < to * columns; i++) {
      mean[i % columns] += values[i];
    }
    for (int c = 0; c < columns; c++) {
      mean[c] /= n;
    }
    for (int i = from * columns; i < to * columns; i++) {
      double d = values[i] - mean[i % columns];
      std[i % columns] += d * d;
    }
    for (int c = 0; c < columns; c++) {
      std[c] = Math.sqrt(std[c] / n);
      // Below the rounding error of the mean, a variable is constant.
      if (std[c] <= 10 * Math.ulp(mean[c])) {
        std[c] = 1;
      }
    }
    return new StandardScaler(mean, std);
  }

  /** Scaled values (value - mean) / std, row-major as given. */
  public double[] transform(double[] values) {
    double[] result = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (values[i] - mean[i % mean.length]) / std[i % std.length];
    }
    return result;
  }

  /** Scaled values back in their own units, row-major as given. */
  public double[] invert(double[] scaled) {
    double[] result = new double[scaled.length];
    for (int i = 0; i < scaled.length; i++) {
      result[i] = scaled[i] * std[i % std.length] + mean[i % mean.length];
    }
    return result;
  }

  /** Same statistics. */
  @Override
  public boolean equals(Object other) {
    return other instanceof StandardScaler that
        && Arrays.equals(mean, that.mean)
        && Arrays.equals(std, that.std);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(mean) + Arrays.hashCode(std);
  }
}
