package dev.melange.search;

import java.util.Arrays;
import java.util.Comparator;

/** Measures of how good a ranking is. */
public final class RankQuality {
  private RankQuality() {}

  /**
   * Spearman's rank correlation: Pearson's correlation of ranks, equal values sharing the mean of
   * theirs.
   *
   * @param a values of n things
   * @param b other values of the same things
   * @return -1 to 1; NaN if one of them is constant
   */
  public static double spearman(double[] a, double[] b) {
    same(a, b);
    return pearson(ranks(a), ranks(b));
  }

  private static void same(double[] a, double[] b) {
    if (a.length != b.length || a.length < 2) {
      throw new IllegalArgumentException(
          "a rank correlation needs two lists of the same length from 2, got %d and %d"
              .formatted(a.length, b.length));
    }
  }

  private static double[] ranks(double[] values) {
    Integer[] order = new Integer[values.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> values[i]));
    double[] ranks = new double[values.length];
    for (int from = 0; from < order.length; ) {
      int to = from + 1;
      while (to < order.length && values[order[to]] == values[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        ranks[order[i]] = (from + 1 + to) / 2.0;
      }
      from = to;
    }
    return ranks;
  }

  private static double pearson(double[] a, double[] b) {
    double meanA = Arrays.stream(a).average().orElseThrow();
    double meanB = Arrays.stream(b).average().orElseThrow();
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += (a[i] - meanA) * (b[i] - meanB);
      aa += (a[i] - meanA) * (a[i] - meanA);
      bb += (b[i] - meanB) * (b[i] - meanB);
    }
    return ab / Math.sqrt(aa * bb);
  }

  /** Kendall's tau-b: agreeing less disagreeing pairs, corrected for ties. */
  public static double kendall(double[] a, double[] b) {
    same(a, b);
    double agreement = 0;
    double untiedA = 0;
    double untiedB = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < i; j++) {
        double signA = Math.signum(a[i] - a[j]);
        double signB = Math.signum(b[i] - b[j]);
        agreement += signA * signB;
        untiedA += Math.abs(signA);
        untiedB += Math.abs(signB);
      }
    }
    return agreement / Math.sqrt(untiedA * untiedB);
  }

  /**
   * Normalised discounted cumulative gain: the sum of (2^g - 1) / log2(i + 1) over the first places
   * i, divided by the best such sum.
   *
   * @param gains of the ranked things, in the order of the ranking
   * @param all the gains of all things there are, in any order
   * @param places how many places count
   * @return 0 to 1
   * @throws IllegalArgumentException if no gain is positive
   */
  public static double ndcg(int[] gains, int[] all, int places) {
    int[] ideal = Arrays.stream(all).map(gain -> -gain).sorted().map(gain -> -gain).toArray();
    double best = dcg(ideal, places);
    if (best <= 0) {
      throw new IllegalArgumentException("nothing is relevant: all gains are 0");
    }
    return dcg(gains, places) / best;
  }

  private static double dcg(int[] gains, int places) {
    double sum = 0;
    for (int i = 0; i < Math.min(places, gains.length); i++) {
      sum += (Math.pow(2, gains[i]) - 1) * Math.log(2) / Math.log(i + 2.0);
    }
    return sum;
  }
}
