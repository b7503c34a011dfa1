package dev.melange.data.series;

import dev.melange.data.DataException;

/**
 * Rows of a series for training, validation and test, in time order. Validation and test begin
 * {@code inputLength} rows before their own first target, so that each target there has a full
 * history; those rows are inputs only.
 *
 * @param train rows for training
 * @param valid rows for validation
 * @param test rows for the test
 * @param inputLength history rows per window (T)
 * @param horizon target rows per window (H)
 */
public record SeriesSplit(Part train, Part valid, Part test, int inputLength, int horizon) {
  /**
   * A range of rows.
   *
   * @param begin the first row
   * @param end the row after the last
   */
  public record Part(int begin, int end) {
    /** Number of rows. */
    public int rows() {
      return end - begin;
    }
  }

  /**
   * The borders of the ETT benchmarks: with u = 30 days, training rows [0, 12u), validation [12u -
   * T, 16u), test [16u - T, 20u).
   *
   * @param rows rows of the series, at least 20u; later ones are not used
   * @param pointsPerDay 24 for ETTh, 96 for ETTm
   */
  public static SeriesSplit ett(int rows, int pointsPerDay, int inputLength, int horizon) {
    if (pointsPerDay < 1) {
      throw new IllegalArgumentException("points per day must be at least 1, got " + pointsPerDay);
    }
    long unit = 30L * pointsPerDay;
    if (rows < 20 * unit) {
      throw new DataException(
          "the ETT split needs 20 months of 30 days, %,d rows at %d a day; the series has %,d"
              .formatted(20 * unit, pointsPerDay, rows));
    }
    int u = (int) unit;
    return of(12 * u, 16 * u, 20 * u, inputLength, horizon, rows);
  }

  /**
   * 70 % for training, 20 % for the test, the rest between them for validation: training floor(0.7
   * n) rows, test floor(0.2 n).
   *
   * @param rows rows of the series, n
   */
  public static SeriesSplit ratio(int rows, int inputLength, int horizon) {
    int train = (int) (rows * 0.7);
    int test = (int) (rows * 0.2);
    return of(train, rows - test, rows, inputLength, horizon, rows);
  }

  private static SeriesSplit of(
      int trainEnd, int validEnd, int testEnd, int inputLength, int horizon, int rows) {
    if (inputLength < 1 || horizon < 1) {
      throw new IllegalArgumentException(
          "input length and horizon must be at least 1, got %d and %d"
              .formatted(inputLength, horizon));
    }
    SeriesSplit split =
        new SeriesSplit(
            new Part(0, trainEnd),
            new Part(trainEnd - inputLength, validEnd),
            new Part(validEnd - inputLength, testEnd),
            inputLength,
            horizon);
    for (Part part : new Part[] {split.train, split.valid, split.test}) {
      if (part.begin < 0 || split.windows(part) < 1) {
        throw new DataException(
            ("%,d rows are too few for input length %d and horizon %d: training gets %,d, validation %,d, test %,d rows, "
                    + "and each needs at least one window; use more rows or a shorter horizon or input")
                .formatted(
                    rows, inputLength, horizon, trainEnd, validEnd - trainEnd, testEnd - validEnd));
      }
    }
    return split;
  }

  /** Number of windows in a part: rows - T - H + 1. */
  public int windows(Part part) {
    return part.rows() - inputLength - horizon + 1;
  }
}
