package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.metric.BinaryRanking;
import dev.melange.metric.Calibration;
import dev.melange.metric.GroupedRanking;
import java.util.HashMap;
import java.util.Map;
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
    Map<Long, Double> first = new HashMap<>();
    for (int i = 0; i < labels.length; i++) {
      Double known = first.putIfAbsent(groups[i], labels[i]);
      if (known != null && known != labels[i]) {
        return true;
      }
    }
    return false;
  }

  /** As JSON: {@code auc}, {@code logloss}, {@code gauc} (null if there is none), {@code ece}. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("auc", auc).put("logloss", logLoss);
    json.put("gauc", gAuc.orElse(null)).put("ece", calibrationError);
    return json;
  }
}
