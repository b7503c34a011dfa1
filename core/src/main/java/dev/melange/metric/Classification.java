package dev.melange.metric;

/**
 * Metrics of single-label classification. Scores are a row-major matrix (samples, classes); labels
 * are class indices.
 */
public final class Classification {
  private Classification() {}

  /**
   * Top-k accuracy: the share of samples whose label is among the k highest scores. Equal scores
   * rank by class index, the lower first, as {@code argmax} does, so k = 1 agrees with it.
   *
   * @param scores logits or probabilities, (samples, classes)
   * @param classes number of classes
   * @param labels class index per sample
   * @param k at least 1; at or above {@code classes} the result is 1
   * @return a share in [0, 1]
   */
  public static double accuracy(double[] scores, int classes, long[] labels, int k) {
    Checks.classification("scores", scores, classes, labels);
    if (k < 1) {
      throw new IllegalArgumentException("k is " + k + ", expected at least 1");
    }
    int hits = 0;
    for (int row = 0; row < labels.length; row++) {
      int label = (int) labels[row];
      double own = scores[row * classes + label];
      int ahead = 0;
      for (int c = 0; c < classes; c++) {
        double other = scores[row * classes + c];
        if (other > own || (other == own && c < label)) {
          ahead++;
        }
      }
      if (ahead < k) {
        hits++;
      }
    }
    return (double) hits / labels.length;
  }

  /** {@link #accuracy(double[], int, long[], int)} of float32 scores. */
  public static double accuracy(float[] scores, int classes, long[] labels, int k) {
    return accuracy(Checks.widen(scores), classes, labels, k);
  }

  /**
   * The class of the highest score per sample; the lowest index among equals.
   *
   * @param scores logits or probabilities, (samples, classes)
   */
  public static long[] argmax(double[] scores, int classes) {
    if (classes < 1 || scores.length % classes != 0) {
      throw new IllegalArgumentException(
          "scores has " + scores.length + " values, expected a multiple of classes = " + classes);
    }
    Checks.finite("scores", scores);
    long[] best = new long[scores.length / classes];
    for (int row = 0; row < best.length; row++) {
      for (int c = 1; c < classes; c++) {
        if (scores[row * classes + c] > scores[row * classes + (int) best[row]]) {
          best[row] = c;
        }
      }
    }
    return best;
  }

  /**
   * Softmax over the classes of each sample, stable for large logits.
   *
   * @param logits (samples, classes)
   * @return probabilities, same layout
   */
  public static double[] softmax(double[] logits, int classes) {
    if (classes < 1 || logits.length % classes != 0) {
      throw new IllegalArgumentException(
          "logits has " + logits.length + " values, expected a multiple of classes = " + classes);
    }
    Checks.finite("logits", logits);
    double[] probabilities = new double[logits.length];
    for (int row = 0; row < logits.length / classes; row++) {
      double norm = logSumExp(logits, row, classes);
      for (int c = 0; c < classes; c++) {
        probabilities[row * classes + c] = Math.exp(logits[row * classes + c] - norm);
      }
    }
    return probabilities;
  }

  /**
   * Mean negative log-likelihood (cross-entropy, natural logarithm) of logits. Taken from logits,
   * not probabilities, so that it needs no clipping.
   *
   * @param logits (samples, classes)
   */
  public static double negativeLogLikelihood(double[] logits, int classes, long[] labels) {
    Checks.classification("logits", logits, classes, labels);
    double sum = 0;
    for (int row = 0; row < labels.length; row++) {
      sum += logSumExp(logits, row, classes) - logits[row * classes + (int) labels[row]];
    }
    return sum / labels.length;
  }

  /** {@link #negativeLogLikelihood(double[], int, long[])} of float32 logits. */
  public static double negativeLogLikelihood(float[] logits, int classes, long[] labels) {
    return negativeLogLikelihood(Checks.widen(logits), classes, labels);
  }

  /**
   * Brier score: mean over samples of the sum over classes of (p - [label = class])^2, in [0, 2].
   *
   * @param probabilities (samples, classes), rows summing to 1
   */
  public static double brier(double[] probabilities, int classes, long[] labels) {
    Checks.classification("probabilities", probabilities, classes, labels);
    Checks.distributions("probabilities", probabilities, classes);
    double sum = 0;
    for (int row = 0; row < labels.length; row++) {
      for (int c = 0; c < classes; c++) {
        double d = probabilities[row * classes + c] - (labels[row] == c ? 1 : 0);
        sum += d * d;
      }
    }
    return sum / labels.length;
  }

  private static double logSumExp(double[] logits, int row, int classes) {
    double max = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      max = Math.max(max, logits[row * classes + c]);
    }
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += Math.exp(logits[row * classes + c] - max);
    }
    return max + Math.log(sum);
  }
}
