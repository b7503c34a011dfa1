package dev.melange.papers.finalmlp;

import dev.melange.metric.BinaryRanking;
import dev.melange.metric.Calibration;
import dev.melange.metric.GroupedRanking;
import java.util.List;
import java.util.Optional;

/**
 * How well probabilities predict labels.
 *
 * @param auc area under the ROC curve
 * @param logLoss mean log loss
 * @param gAuc AUC within groups, averaged by size; empty without groups of both classes
 * @param calibrationError expected calibration error over 15 bins
 */
public record ClickScores(
    double auc, double logLoss, Optional<Double> gAuc, double calibrationError) {

  /**
   * Evaluates.
   *
   * @param labels 0 and 1, both present
   * @param probabilities of label 1
   * @param groups the group of each row; null for none
   */
  public static ClickScores of(double[] labels, double[] probabilities, long[] groups) {
    return new ClickScores(
        BinaryRanking.auc(labels, probabilities),
        BinaryRanking.logLoss(labels, probabilities),
        gAuc(labels, probabilities, groups),
        Calibration.ofPositives(probabilities, labels, Calibration.DEFAULT_BINS).expectedError());
  }

  private static Optional<Double> gAuc(double[] labels, double[] probabilities, long[] groups) {
    if (groups == null || !hasMixedGroup(labels, groups)) {
      return Optional.empty();
    }
    return Optional.of(GroupedRanking.of(labels, probabilities, groups).gAuc());
  }

  private static boolean hasMixedGroup(double[] labels, long[] groups) {
    java.util.Map<Long, Double> first = new java.util.HashMap<>();
    for (int i = 0; i < labels.length; i++) {
      Double known = first.putIfAbsent(groups[i], labels[i]);
      if (known != null && known != labels[i]) {
        return true;
      }
    }
    return false;
  }

  /** At most 201 points of the ROC curve, evenly taken, with both ends: x then y. */
  static double[][] roc(double[] labels, double[] probabilities) {
    List<BinaryRanking.RocPoint> all = BinaryRanking.rocCurve(labels, probabilities);
    int count = Math.min(all.size(), 201);
    double[][] curve = new double[2][count];
    for (int i = 0; i < count; i++) {
      int at = (int) ((long) i * (all.size() - 1) / Math.max(1, count - 1));
      curve[0][i] = all.get(at).falsePositiveRate();
      curve[1][i] = all.get(at).truePositiveRate();
    }
    return curve;
  }
}
