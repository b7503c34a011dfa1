package dev.melange.metric;

import java.util.Arrays;

/**
 * The M4 competition's benchmark Naive2: the last value of the seasonally adjusted series, with the
 * season put back. A series is adjusted by classical multiplicative decomposition if its
 * autocorrelation at the season is significant at 90 %.
 */
public final class Naive2 {
  private static final double Z_90 = 1.645;

  private Naive2() {}

  /**
   * Forecasts a series.
   *
   * @param history positive values
   * @param season steps of the season, 1 for none
   * @param horizon steps to forecast
   */
  public static double[] forecast(double[] history, int season, int horizon) {
    Checks.finite("history", history);
    Checks.notEmpty("history", history.length);
    if (season < 1 || horizon < 1) {
      throw new IllegalArgumentException(
          "season and horizon must be at least 1, got %d and %d".formatted(season, horizon));
    }
    double[] indices = new double[season];
    Arrays.fill(indices, 1);
    if (season > 1 && isSeasonal(history, season)) {
      indices = indices(history, season);
    }
    int n = history.length;
    double level = history[n - 1] / indices[(n - 1) % season];
    double[] forecast = new double[horizon];
    for (int i = 0; i < horizon; i++) {
      forecast[i] = level * indices[(n + i) % season];
    }
    return forecast;
  }

  /** Whether the autocorrelation at the season's lag is significant; needs three seasons. */
  static boolean isSeasonal(double[] x, int season) {
    if (x.length < 3 * season) {
      return false;
    }
    double sum = 0;
    for (int lag = 1; lag < season; lag++) {
      double r = autocorrelation(x, lag);
      sum += r * r;
    }
    double limit = Z_90 * Math.sqrt((1 + 2 * sum) / x.length);
    return Math.abs(autocorrelation(x, season)) > limit;
  }

  private static double autocorrelation(double[] x, int lag) {
    double mean = Arrays.stream(x).average().orElseThrow();
    double covariance = 0;
    double variance = 0;
    for (int i = 0; i < x.length; i++) {
      variance += (x[i] - mean) * (x[i] - mean);
      if (i >= lag) {
        covariance += (x[i] - mean) * (x[i - lag] - mean);
      }
    }
    return variance == 0 ? 0 : covariance / variance;
  }

  // Means of value over centred moving average by place in the season, with mean 1.
  private static double[] indices(double[] x, int season) {
    double[] sums = new double[season];
    int[] counts = new int[season];
    int half = season / 2;
    for (int i = half; i < x.length - half; i++) {
      double average = 0;
      for (int j = -half; j <= half; j++) {
        // An even season takes half of both ends.
        double weight = season % 2 == 0 && Math.abs(j) == half ? 0.5 : 1;
        average += weight * x[i + j] / season;
      }
      if (average != 0) {
        sums[i % season] += x[i] / average;
        counts[i % season]++;
      }
    }
    double[] indices = new double[season];
    for (int s = 0; s < season; s++) {
      indices[s] = counts[s] == 0 ? 1 : sums[s] / counts[s];
    }
    double mean = Arrays.stream(indices).average().orElseThrow();
    // A season without a positive index has no multiplicative form.
    boolean usable = mean > 0 && Arrays.stream(indices).allMatch(index -> index > 0);
    return Arrays.stream(indices).map(index -> usable ? index / mean : 1).toArray();
  }
}
