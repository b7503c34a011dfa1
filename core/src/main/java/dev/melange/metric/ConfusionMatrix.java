package dev.melange.metric;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Counts of (true class, predicted class) pairs and what follows from them. */
public final class ConfusionMatrix {
  private final long[][] counts;
  private final long total;

  private ConfusionMatrix(long[][] counts, long total) {
    this.counts = counts;
    this.total = total;
  }

  /**
   * Counts the pairs.
   *
   * @param labels true class per sample, in [0, classes)
   * @param predictions predicted class per sample, in [0, classes)
   */
  public static ConfusionMatrix of(long[] labels, long[] predictions, int classes) {
    if (classes < 1) {
      throw new IllegalArgumentException("classes is " + classes + ", expected at least 1");
    }
    Checks.notEmpty("labels", labels.length);
    Checks.sameLength("labels", labels.length, "predictions", predictions.length);
    Checks.labelsBelow("labels", labels, classes);
    Checks.labelsBelow("predictions", predictions, classes);
    long[][] counts = new long[classes][classes];
    for (int i = 0; i < labels.length; i++) {
      counts[(int) labels[i]][(int) predictions[i]]++;
    }
    return new ConfusionMatrix(counts, labels.length);
  }

  /** Number of classes. */
  public int classes() {
    return counts.length;
  }

  /** Samples of class {@code label} that were predicted as {@code prediction}. */
  public long count(int label, int prediction) {
    return counts[label][prediction];
  }

  /** A copy of all counts, rows by true class, columns by predicted class. */
  public long[][] counts() {
    return Arrays.stream(counts).map(long[]::clone).toArray(long[][]::new);
  }

  /** Share of samples on the diagonal. */
  public double accuracy() {
    long hits = 0;
    for (int c = 0; c < counts.length; c++) {
      hits += counts[c][c];
    }
    return (double) hits / total;
  }

  /** Of the samples predicted as {@code c}, the share that is; 0 if none was predicted. */
  public double precision(int c) {
    long predicted = 0;
    for (long[] row : counts) {
      predicted += row[c];
    }
    return predicted == 0 ? 0 : (double) counts[c][c] / predicted;
  }

  /** Of the samples of class {@code c}, the share that was found; 0 if there is none. */
  public double recall(int c) {
    long present = Arrays.stream(counts[c]).sum();
    return present == 0 ? 0 : (double) counts[c][c] / present;
  }

  /**
   * Intersection over union of class {@code c}: of the samples that are or are said to be of it,
   * the share that both are; NaN if there are none.
   */
  public double intersectionOverUnion(int c) {
    long predicted = 0;
    for (long[] row : counts) {
      predicted += row[c];
    }
    long union = predicted + Arrays.stream(counts[c]).sum() - counts[c][c];
    return union == 0 ? Double.NaN : (double) counts[c][c] / union;
  }

  /** Unweighted mean of {@link #intersectionOverUnion} over the classes that occur; mIoU. */
  public double meanIntersectionOverUnion() {
    return IntStream.range(0, counts.length)
        .mapToDouble(this::intersectionOverUnion)
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElse(Double.NaN);
  }

  /** Harmonic mean of precision and recall of class {@code c}; 0 if both are 0. */
  public double f1(int c) {
    double p = precision(c);
    double r = recall(c);
    return p + r == 0 ? 0 : 2 * p * r / (p + r);
  }

  /** Unweighted mean of {@link #f1} over all classes. */
  public double macroF1() {
    double sum = 0;
    for (int c = 0; c < counts.length; c++) {
      sum += f1(c);
    }
    return sum / counts.length;
  }
}
