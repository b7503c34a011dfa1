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
    double[] positives = sorted(labels, scores, 1);
    double[] negatives = sorted(labels, scores, 0);
    // Pairs won, doubled so that a tie counts a whole 1 and the sum stays exact in integers.
    long doubledWins = 0;
    int below = 0;
    int notAbove = 0;
    for (double score : positives) {
      while (below < negatives.length && negatives[below] < score) {
        below++;
      }
      while (notAbove < negatives.length && negatives[notAbove] <= score) {
        notAbove++;
      }
      doubledWins += below + notAbove;
    }
    return doubledWins / (2.0 * positives.length * negatives.length);
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
    double[] positives = sorted(labels, scores, 1);
    double[] negatives = sorted(labels, scores, 0);
    List<RocPoint> curve = new ArrayList<>();
    curve.add(new RocPoint(Double.POSITIVE_INFINITY, 0, 0));
    int positivesBelow = positives.length;
    int negativesBelow = negatives.length;
    while (positivesBelow + negativesBelow > 0) {
      double threshold =
          Math.max(
              positivesBelow > 0 ? positives[positivesBelow - 1] : Double.NEGATIVE_INFINITY,
              negativesBelow > 0 ? negatives[negativesBelow - 1] : Double.NEGATIVE_INFINITY);
      while (positivesBelow > 0 && positives[positivesBelow - 1] == threshold) {
        positivesBelow--;
      }
      while (negativesBelow > 0 && negatives[negativesBelow - 1] == threshold) {
        negativesBelow--;
      }
      curve.add(
          new RocPoint(
              threshold,
              (double) (negatives.length - negativesBelow) / negatives.length,
              (double) (positives.length - positivesBelow) / positives.length));
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

  /** The scores of one class, rising. */
  private static double[] sorted(double[] labels, double[] scores, double label) {
    return IntStream.range(0, labels.length)
        .filter(i -> labels[i] == label)
        // Adding 0.0 makes -0.0 and 0.0 one score.
        .mapToDouble(i -> scores[i] + 0.0)
        .sorted()
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
