package dev.melange.papers.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.ImageEvaluation;
import dev.melange.train.EpochRecord;
import dev.melange.train.TrainingResult;

/** What trials tell of a training, under the names by which reports and checks find it. */
public final class TrainingFigures {
  private TrainingFigures() {}

  /** Adds {@code first_loss} and {@code loss}: the mean losses of the first and last epoch. */
  public static void putLosses(ObjectNode json, TrainingResult result) {
    json.put("first_loss", result.history().get(0).loss());
    json.put("loss", result.last().loss());
  }

  /** Adds {@code accuracy} and {@code ece} of a classifier on test images, both in per cent. */
  public static void putTest(ObjectNode json, ImageEvaluation evaluation) {
    json.put("accuracy", 100 * evaluation.accuracy(1));
    json.put("ece", 100 * evaluation.calibration().expectedError());
  }

  /**
   * Adds the losses and the metric {@code accuracy} of all epochs.
   *
   * @param losses name of the first; the second is {@code accuracy_by_epoch}
   */
  public static void putEpochs(ObjectNode json, String losses, TrainingResult result) {
    ArrayNode loss = json.putArray(losses);
    ArrayNode accuracy = json.putArray("accuracy_by_epoch");
    for (EpochRecord epoch : result.history()) {
      loss.add(epoch.loss());
      accuracy.add(epoch.metrics().get("accuracy"));
    }
  }
}
