package dev.melange.metric;

import java.util.Arrays;

/**
 * Anomalies found by a threshold on scores, before and after point adjustment (TimeMixer's
 * evaluation, as common for time series).
 *
 * <p>Point adjustment counts a whole anomalous segment as found once one of its points is; it
 * flatters every detector, so the unadjusted figures belong beside the adjusted ones.
 *
 * @param threshold scores above it are anomalies
 * @param raw flag per point: score above the threshold
 * @param adjusted the flags after point adjustment
 * @param rawScore figures of the raw flags
 * @param adjustedScore figures of the adjusted flags
 */
public record AnomalyDetection(
    double threshold, boolean[] raw, boolean[] adjusted, Score rawScore, Score adjustedScore) {

  /**
   * Figures of flags against labels; each is 0 where its denominator is.
   *
   * @param accuracy share of points flagged rightly
   * @param precision of the flagged points, the share that is anomalous
   * @param recall of the anomalous points, the share that is flagged
   * @param f1 harmonic mean of precision and recall
   */
  public record Score(double accuracy, double precision, double recall, double f1) {
    /** Compares flags with the truth. */
    public static Score of(boolean[] flags, boolean[] labels) {
      Checks.notEmpty("labels", labels.length);
      Checks.sameLength("labels", labels.length, "flags", flags.length);
      long right = 0;
      long both = 0;
      long flagged = 0;
      long anomalous = 0;
      for (int i = 0; i < labels.length; i++) {
        right += flags[i] == labels[i] ? 1 : 0;
        both += flags[i] && labels[i] ? 1 : 0;
        flagged += flags[i] ? 1 : 0;
        anomalous += labels[i] ? 1 : 0;
      }
      double precision = flagged == 0 ? 0 : (double) both / flagged;
      double recall = anomalous == 0 ? 0 : (double) both / anomalous;
      double f1 = both == 0 ? 0 : 2 * precision * recall / (precision + recall);
      return new Score((double) right / labels.length, precision, recall, f1);
    }
  }

  /**
   * Flags the highest scores. The threshold is the (100 - ratio)th percentile of the training and
   * test scores together.
   *
   * @param trainScores scores of normal data
   * @param testScores scores of the series under test
   * @param labels truth of the test series
   * @param ratio expected share of anomalies in percent, in (0, 100)
   */
  public static AnomalyDetection of(
      double[] trainScores, double[] testScores, boolean[] labels, double ratio) {
    if (!(ratio > 0 && ratio < 100)) {
      throw new IllegalArgumentException(
          "anomaly ratio is " + ratio + " percent, expected between 0 and 100");
    }
    Checks.notEmpty("testScores", testScores.length);
    Checks.sameLength("testScores", testScores.length, "labels", labels.length);
    double[] all = Arrays.copyOf(trainScores, trainScores.length + testScores.length);
    System.arraycopy(testScores, 0, all, trainScores.length, testScores.length);
    double threshold = percentile(all, 100 - ratio);
    boolean[] raw = new boolean[testScores.length];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = testScores[i] > threshold;
    }
    boolean[] adjusted = adjust(raw, labels);
    return new AnomalyDetection(
        threshold, raw, adjusted, Score.of(raw, labels), Score.of(adjusted, labels));
  }

  /** Flags all points of every true segment that has a flagged point; leaves the rest. */
  public static boolean[] adjust(boolean[] flags, boolean[] labels) {
    Checks.sameLength("labels", labels.length, "flags", flags.length);
    boolean[] adjusted = flags.clone();
    for (int start = 0; start < labels.length; start++) {
      if (!labels[start]) {
        continue;
      }
      int end = start;
      boolean found = false;
      while (end < labels.length && labels[end]) {
        found |= flags[end++];
      }
      if (found) {
        Arrays.fill(adjusted, start, end, true);
      }
      start = end;
    }
    return adjusted;
  }

  /**
   * Percentile with linear interpolation between order statistics: position q/100 (n - 1).
   *
   * @param values at least one, finite
   * @param q in [0, 100]
   */
  public static double percentile(double[] values, double q) {
    Checks.notEmpty("values", values.length);
    Checks.finite("values", values);
    if (!(q >= 0 && q <= 100)) {
      throw new IllegalArgumentException("percentile is " + q + ", expected in [0, 100]");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double position = q / 100 * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }
}
