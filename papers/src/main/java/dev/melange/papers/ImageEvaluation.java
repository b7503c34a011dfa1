package dev.melange.papers;

import dev.melange.metric.Calibration;
import dev.melange.metric.Classification;
import dev.melange.metric.ConfusionMatrix;
import dev.melange.nn.ImageModel;
import dev.melange.tensor.DType;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;

/**
 * What a classifier says of labelled images.
 *
 * @param classes number of classes
 * @param logits image by image, one number per class
 * @param labels the true classes
 */
public record ImageEvaluation(int classes, double[] logits, long[] labels) {
  /**
   * Runs a classifier over data. Switch it to inference mode first.
   *
   * @param model the classifier
   * @param data batches of {@code image} and {@code label}, in order
   */
  public static ImageEvaluation of(ImageModel model, Minibatches data) {
    int classes = model.classes();
    try (Scope scope = Scope.open()) {
      // The labels travel as a last column, so that each image is read once.
      double[] rows =
          Inference.run(
                  data,
                  batch -> {
                    Tensor logits = model.forward(batch.get(ImageBatches.IMAGE)).to(DType.F64);
                    Tensor label = batch.get(ImageBatches.LABEL).to(DType.F64).unsqueeze(1);
                    return Tensor.cat(1, logits, label);
                  })
              .toDoubles();
      long[] labels = new long[rows.length / (classes + 1)];
      double[] logits = new double[labels.length * classes];
      for (int i = 0; i < labels.length; i++) {
        System.arraycopy(rows, i * (classes + 1), logits, i * classes, classes);
        labels[i] = (long) rows[i * (classes + 1) + classes];
      }
      return new ImageEvaluation(classes, logits, labels);
    }
  }

  /** Share of the images whose class is among the k most probable ones, 0..1. */
  public double accuracy(int k) {
    return Classification.accuracy(logits, classes, labels, Math.min(k, classes));
  }

  /** Mean negative log-likelihood of the true classes, in nats. */
  public double negativeLogLikelihood() {
    return Classification.negativeLogLikelihood(logits, classes, labels);
  }

  /** The most probable class of each image. */
  public long[] predictions() {
    return Classification.argmax(logits, classes);
  }

  /** The probabilities, image by image. */
  public double[] probabilities() {
    return Classification.softmax(logits, classes);
  }

  /** How well the probabilities tell how often they are right. */
  public Calibration calibration() {
    return Calibration.of(probabilities(), classes, labels, Calibration.DEFAULT_BINS);
  }

  /** Counts of true and predicted classes. */
  public ConfusionMatrix confusion() {
    return ConfusionMatrix.of(labels, predictions(), classes);
  }
}
