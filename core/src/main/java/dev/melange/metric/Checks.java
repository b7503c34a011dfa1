package dev.melange.metric;

/** Argument checks shared by the metrics; the messages name the argument, the value and place. */
final class Checks {
  private Checks() {}

  static void notEmpty(String name, int length) {
    if (length == 0) {
      throw new IllegalArgumentException(name + " is empty; a metric needs at least one value");
    }
  }

  static void sameLength(String first, int firstLength, String second, int secondLength) {
    if (firstLength != secondLength) {
      throw new IllegalArgumentException(
          second + " has " + secondLength + " values, expected " + firstLength + " as in " + first);
    }
  }

  static void finite(String name, double[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new IllegalArgumentException(
            name + "[" + i + "] is " + values[i] + "; metrics need finite values");
      }
    }
  }

  /** Both non-empty, of one length, finite. */
  static void pair(String first, double[] a, String second, double[] b) {
    notEmpty(first, a.length);
    sameLength(first, a.length, second, b.length);
    finite(first, a);
    finite(second, b);
  }

  static void probability(String name, int i, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          name + "[" + i + "] is " + value + ", expected a probability in [0, 1]");
    }
  }

  /** Labels that are 0 or 1. */
  static void binary(String name, double[] labels) {
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] != 0 && labels[i] != 1) {
        throw new IllegalArgumentException(
            name + "[" + i + "] is " + labels[i] + ", expected 0 or 1");
      }
    }
  }

  /** A matrix of {@code labels.length} rows of {@code classes} finite scores, labels in range. */
  static void classification(String name, double[] scores, int classes, long[] labels) {
    if (classes < 1) {
      throw new IllegalArgumentException("classes is " + classes + ", expected at least 1");
    }
    notEmpty("labels", labels.length);
    if (scores.length != (long) labels.length * classes) {
      throw new IllegalArgumentException(
          String.format(
              "%s has %d values, expected %d labels x %d classes = %d",
              name, scores.length, labels.length, classes, (long) labels.length * classes));
    }
    finite(name, scores);
    labelsBelow("labels", labels, classes);
  }

  static void labelsBelow(String name, long[] labels, int classes) {
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new IllegalArgumentException(
            name + "[" + i + "] is " + labels[i] + ", expected a class in [0, " + classes + ")");
      }
    }
  }

  /** Rows of a probability matrix must be in [0, 1] and sum to 1 within float32 rounding. */
  static void distributions(String name, double[] probabilities, int classes) {
    for (int row = 0; row < probabilities.length / classes; row++) {
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        int i = row * classes + c;
        probability(name, i, probabilities[i]);
        sum += probabilities[i];
      }
      if (Math.abs(sum - 1) > 1e-3) {
        throw new IllegalArgumentException(
            String.format(
                "row %d of %s sums to %.6g, expected 1; are these logits? apply softmax first",
                row, name, sum));
      }
    }
  }

  static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
