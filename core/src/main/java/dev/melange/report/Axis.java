package dev.melange.report;

/**
 * A numeric axis.
 *
 * @param title quantity with its unit, for example {@code accuracy (%)}; may be empty
 * @param log whether it is logarithmic; values at or below zero are gaps then
 * @param low where it starts; NaN: from the data
 * @param high where it ends; NaN: from the data
 */
public record Axis(String title, boolean log, double low, double high) {
  /** Checks the range. */
  public Axis {
    title = title == null ? "" : title;
    if (Double.isInfinite(low) || Double.isInfinite(high) || low >= high) {
      throw new IllegalArgumentException(
          "axis \"" + title + "\" needs low < high, both finite, got " + low + " to " + high);
    }
    if (log && (low <= 0 || high <= 0)) {
      throw new IllegalArgumentException(
          "logarithmic axis \"" + title + "\" needs a range above 0, got " + low + " to " + high);
    }
  }

  /** A linear axis over the data. */
  public static Axis of(String title) {
    return new Axis(title, false, Double.NaN, Double.NaN);
  }

  Axis titled(String other) {
    return new Axis(other, log, low, high);
  }

  Axis logarithmic() {
    return new Axis(title, true, low, high);
  }

  Axis range(double from, double to) {
    return new Axis(title, log, from, to);
  }

  boolean shows(double value) {
    return Double.isFinite(value) && !(log && value <= 0);
  }
}
