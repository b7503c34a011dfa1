package dev.melange.optim;

/** Which values of a watched metric are better. */
public enum Mode {
  /** Smaller ones, as of a loss. */
  MIN,
  /** Larger ones, as of an accuracy. */
  MAX;

  /** The value that every other one improves on. */
  double worst() {
    return this == MIN ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
  }

  /** Whether a value is better than the best one by more than a margin; NaN never is. */
  boolean improves(double value, double best, double margin) {
    return this == MIN ? value < best - margin : value > best + margin;
  }
}
