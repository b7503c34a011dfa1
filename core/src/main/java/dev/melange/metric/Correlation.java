package dev.melange.metric;

import java.util.stream.IntStream;

/** Correlation coefficients of two samples of equal length. */
public final class Correlation {
  private Correlation() {}

  /**
   * Pearson's linear correlation, in [-1, 1].
   *
   * @throws IllegalArgumentException if either sample is constant
   */
  public static double pearson(double[] x, double[] y) {
    Checks.pair("x", x, "y", y);
    Summary sx = varying("x", x);
    Summary sy = varying("y", y);
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      double dx = x[i] - sx.mean();
      double dy = y[i] - sy.mean();
      xy += dx * dy;
      xx += dx * dx;
      yy += dy * dy;
    }
    return Math.max(-1, Math.min(1, xy / (Math.sqrt(xx) * Math.sqrt(yy))));
  }

  /**
   * Spearman's rank correlation: Pearson's of the ranks, equal values sharing their average rank.
   *
   * @throws IllegalArgumentException if either sample is constant
   */
  public static double spearman(double[] x, double[] y) {
    Checks.pair("x", x, "y", y);
    varying("x", x);
    varying("y", y);
    return pearson(ranks(x), ranks(y));
  }

  /** Ranks from 1, equal values sharing the average of theirs. */
  public static double[] ranks(double[] values) {
    Checks.notEmpty("values", values.length);
    Checks.finite("values", values);
    int[] order = ascending(values);
    double[] ranks = new double[values.length];
    for (int start = 0; start < order.length; ) {
      int end = start;
      while (end < order.length && values[order[end]] == values[order[start]]) {
        end++;
      }
      for (int i = start; i < end; i++) {
        ranks[order[i]] = (start + 1 + end) / 2.0;
      }
      start = end;
    }
    return ranks;
  }

  /** Indices by rising score, equal scores in their order of appearance. */
  static int[] ascending(double[] scores) {
    return IntStream.range(0, scores.length)
        .boxed()
        // -0.0 and 0.0 are the same score; Double.compare would part them.
        .sorted((a, b) -> scores[a] < scores[b] ? -1 : scores[a] > scores[b] ? 1 : 0)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static Summary varying(String name, double[] values) {
    Summary summary = Summary.of(values);
    if (summary.min() == summary.max()) {
      throw new IllegalArgumentException(
          name + " is constant at " + summary.min() + "; its correlation is undefined");
    }
    return summary;
  }
}
