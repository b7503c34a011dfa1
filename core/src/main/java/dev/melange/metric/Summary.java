package dev.melange.metric;

import java.util.Locale;

/**
 * Count, mean, spread and range of a sample, computed in one pass by Welford's recurrence, which
 * stays accurate where the mean is large against the spread.
 *
 * @param count number of values, at least 1
 * @param mean their mean
 * @param squaredDeviation sum of squared deviations from the mean
 * @param min smallest value
 * @param max largest value
 */
public record Summary(long count, double mean, double squaredDeviation, double min, double max) {
  /** Refuses what no sample can have. */
  public Summary {
    if (count < 1 || squaredDeviation < 0 || !(min <= max)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "no sample has count %d, squared deviation %s, range [%s, %s]",
              count,
              squaredDeviation,
              min,
              max));
    }
  }

  /** Of one value. */
  public static Summary of(double value) {
    return of(new double[] {value});
  }

  /** Of all values. */
  public static Summary of(double[] values) {
    Checks.notEmpty("values", values.length);
    Checks.finite("values", values);
    double mean = 0;
    double squared = 0;
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < values.length; i++) {
      double delta = values[i] - mean;
      mean += delta / (i + 1);
      squared += delta * (values[i] - mean);
      min = Math.min(min, values[i]);
      max = Math.max(max, values[i]);
    }
    return new Summary(values.length, mean, squared, min, max);
  }

  /** The summary of both samples together (Chan et al.), for values that arrive in parts. */
  public Summary plus(Summary other) {
    long n = count + other.count;
    double delta = other.mean - mean;
    return new Summary(
        n,
        mean + delta * other.count / n,
        squaredDeviation
            + other.squaredDeviation
            + delta * delta * ((double) count * other.count / n),
        Math.min(min, other.min),
        Math.max(max, other.max));
  }

  /** Variance with divisor n - 1; NaN for a single value, whose spread is unknown, not 0. */
  public double variance() {
    return count == 1 ? Double.NaN : squaredDeviation / (count - 1);
  }

  /** Standard deviation with divisor n - 1; NaN for a single value. */
  public double sd() {
    return Math.sqrt(variance());
  }

  /** Variance with divisor n. */
  public double populationVariance() {
    return squaredDeviation / count;
  }

  /** Standard error of the mean, sd / sqrt(n); NaN for a single value. */
  public double standardError() {
    return sd() / Math.sqrt((double) count);
  }
}
