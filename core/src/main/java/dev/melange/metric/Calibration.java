package dev.melange.metric;

import java.util.ArrayList;
import java.util.List;

/**
 * Agreement of confidence and accuracy over bins of equal width, as for a reliability diagram.
 *
 * <p>Bin i of n holds confidences in (i/n, (i+1)/n]; confidence 0 falls into the first. Definition:
 * Guo et al., On Calibration of Modern Neural Networks, 2017, equations 2-3.
 *
 * @param bins all bins by rising confidence, the empty ones too
 */
public record Calibration(List<Bin> bins) {
  /** The usual number of bins. */
  public static final int DEFAULT_BINS = 15;

  /**
   * One bin.
   *
   * @param lower lower bound of confidence, excluded
   * @param upper upper bound, included
   * @param count samples in it
   * @param confidence their mean confidence; 0 if empty
   * @param accuracy the share of them that is right; 0 if empty
   */
  public record Bin(double lower, double upper, long count, double confidence, double accuracy) {}

  /** Copies the list. */
  public Calibration {
    bins = List.copyOf(bins);
    if (bins.stream().allMatch(bin -> bin.count() == 0)) {
      throw new IllegalArgumentException("all " + bins.size() + " bins are empty");
    }
  }

  /**
   * Calibration of the predicted class: confidence is the highest probability of a sample, right
   * means that its class is the label.
   *
   * @param probabilities (samples, classes), rows summing to 1
   * @param labels class index per sample
   * @param bins number of bins, usually {@link #DEFAULT_BINS}
   */
  public static Calibration of(double[] probabilities, int classes, long[] labels, int bins) {
    Checks.classification("probabilities", probabilities, classes, labels);
    Checks.distributions("probabilities", probabilities, classes);
    long[] predicted = Classification.argmax(probabilities, classes);
    double[] confidence = new double[labels.length];
    double[] right = new double[labels.length];
    for (int row = 0; row < labels.length; row++) {
      confidence[row] = probabilities[row * classes + (int) predicted[row]];
      right[row] = predicted[row] == labels[row] ? 1 : 0;
    }
    return binned(confidence, right, bins);
  }

  /** {@link #of(double[], int, long[], int)} of float32 probabilities. */
  public static Calibration of(float[] probabilities, int classes, long[] labels, int bins) {
    return of(Checks.widen(probabilities), classes, labels, bins);
  }

  /**
   * Calibration of the positive class: confidence is its probability, accuracy the share of
   * positives. What a click model is judged by.
   *
   * @param probabilities of the positive class
   * @param labels 0 or 1
   * @param bins number of bins
   */
  public static Calibration ofPositives(double[] probabilities, double[] labels, int bins) {
    Checks.pair("probabilities", probabilities, "labels", labels);
    Checks.binary("labels", labels);
    for (int i = 0; i < probabilities.length; i++) {
      Checks.probability("probabilities", i, probabilities[i]);
    }
    return binned(probabilities, labels, bins);
  }

  /** Expected calibration error: the mean gap |accuracy - confidence|, weighted by count. */
  public double expectedError() {
    long total = bins.stream().mapToLong(Bin::count).sum();
    return bins.stream()
        .mapToDouble(bin -> bin.count() * Math.abs(bin.accuracy() - bin.confidence()) / total)
        .sum();
  }

  /** Maximum calibration error: the largest gap of any bin that is not empty. */
  public double maximumError() {
    return bins.stream()
        .filter(bin -> bin.count() > 0)
        .mapToDouble(bin -> Math.abs(bin.accuracy() - bin.confidence()))
        .max()
        .orElseThrow();
  }

  private static Calibration binned(double[] confidence, double[] right, int bins) {
    if (bins < 1) {
      throw new IllegalArgumentException("bins is " + bins + ", expected at least 1");
    }
    long[] count = new long[bins];
    double[] sum = new double[bins];
    double[] hits = new double[bins];
    for (int i = 0; i < confidence.length; i++) {
      // A float32 softmax may exceed 1 by rounding, hence the upper clamp.
      int bin = Math.min(bins - 1, Math.max(0, (int) Math.ceil(confidence[i] * bins) - 1));
      count[bin]++;
      sum[bin] += confidence[i];
      hits[bin] += right[i];
    }
    List<Bin> result = new ArrayList<>();
    for (int i = 0; i < bins; i++) {
      long n = Math.max(1, count[i]);
      result.add(new Bin((double) i / bins, (i + 1.0) / bins, count[i], sum[i] / n, hits[i] / n));
    }
    return new Calibration(result);
  }
}
