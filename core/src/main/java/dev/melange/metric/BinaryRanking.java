package dev.melange.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Metrics of scores for a binary label: AUC, ROC curve, log loss. Labels are 0 or 1. */
public final class BinaryRanking {
  private BinaryRanking() {}

  /**
   * One point of a ROC curve: what calling every score at or above the threshold positive gives.
   *
   * @param threshold score; positive infinity at the first point (nothing is positive)
   * @param falsePositiveRate share of the negatives called positive
   * @param truePositiveRate share of the positives called positive
   */
  public record RocPoint(double threshold, double falsePositiveRate, double truePositiveRate) {}

  /**
   * Area under the ROC curve, exactly: the share of (positive, negative) pairs in which the
   * positive scores higher, ties counting one half.
   *
   * @param labels 0 or 1, both present
   * @param scores any monotone score
   */
  public static double auc(double[] labels, double[] scores) {
    check(labels, scores);
    int[] order = ascending(scores);
    // The sum of the positives' average ranks, doubled to stay in integers: 2*rank is whole even
    // for ties, so the result is exact up to 2^31 samples.
    long doubledRanks = 0;
    long positives = 0;
    for (int start = 0; start < order.length; ) {
      int end = start;
      long positivesHere = 0;
      while (end < order.length && scores[order[end]] == scores[order[start]]) {
        positivesHere += labels[order[end]] == 1 ? 1 : 0;
        end++;
      }
      doubledRanks += positivesHere * ((long) start + 1 + end);
      positives += positivesHere;
      start = end;
    }
    long negatives = order.length - positives;
    long doubledWins = doubledRanks - positives * (positives + 1);
    return doubledWins / (2.0 * positives * negatives);
  }

  /** {@link #auc(double[], double[])} of float32 values. */
  public static double auc(float[] labels, float[] scores) {
    return auc(Checks.widen(labels), Checks.widen(scores));
  }

  /**
   * The ROC curve, from (0, 0) to (1, 1), one point per distinct score by falling score.
   *
   * @param labels 0 or 1, both present
   * @param scores any monotone score
   */
  public static List<RocPoint> rocCurve(double[] labels, double[] scores) {
    check(labels, scores);
    int[] order = ascending(scores);
    double positives = 0;
    for (double label : labels) {
      positives += label;
    }
    double negatives = labels.length - positives;
    List<RocPoint> curve = new ArrayList<>();
    curve.add(new RocPoint(Double.POSITIVE_INFINITY, 0, 0));
    long truePositives = 0;
    long falsePositives = 0;
    for (int i = order.length - 1; i >= 0; i--) {
      if (labels[order[i]] == 1) {
        truePositives++;
      } else {
        falsePositives++;
      }
      if (i == 0 || scores[order[i - 1]] != scores[order[i]]) {
        curve.add(
            new RocPoint(scores[order[i]], falsePositives / negatives, truePositives / positives));
      }
    }
    return List.copyOf(curve);
  }

  /**
   * Mean log loss -[y ln p + (1-y) ln(1-p)] of float64 probabilities, clipped to [eps, 1-eps] with
   * eps = 2^-52, the machine epsilon of the type.
   *
   * @param labels 0 or 1; one class alone is allowed
   * @param probabilities of label 1, in [0, 1]
   */
  public static double logLoss(double[] labels, double[] probabilities) {
    return logLoss(labels, probabilities, Math.ulp(1.0));
  }

  /** Log loss of float32 probabilities: clipped with eps = 2^-23, float32's machine epsilon. */
  public static double logLoss(float[] labels, float[] probabilities) {
    return logLoss(Checks.widen(labels), Checks.widen(probabilities), Math.ulp(1f));
  }

  private static double logLoss(double[] labels, double[] probabilities, double eps) {
    Checks.pair("labels", labels, "probabilities", probabilities);
    Checks.binary("labels", labels);
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      Checks.probability("probabilities", i, probabilities[i]);
      double p = Math.min(1 - eps, Math.max(eps, probabilities[i]));
      sum -= labels[i] == 1 ? Math.log(p) : Math.log1p(-p);
    }
    return sum / labels.length;
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

  private static void check(double[] labels, double[] scores) {
    Checks.pair("labels", labels, "scores", scores);
    Checks.binary("labels", labels);
    long positives = 0;
    for (double label : labels) {
      positives += (long) label;
    }
    if (positives == 0 || positives == labels.length) {
      throw new IllegalArgumentException(
          "AUC and ROC need both classes, got "
              + labels.length
              + " labels that are all "
              + (positives == 0 ? 0 : 1));
    }
  }
}
