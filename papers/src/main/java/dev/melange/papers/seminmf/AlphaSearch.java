package dev.melange.papers.seminmf;

import java.util.OptionalDouble;
import java.util.function.DoubleUnaryOperator;

/**
 * Finds by bisection how strongly to steer for a given divergence. All steps are taken; the last
 * alpha that came close enough counts.
 *
 * @param low the least alpha
 * @param high the largest alpha
 * @param iterations how often to halve
 * @param tolerance how far the divergence may be from the target, in nats
 */
public record AlphaSearch(double low, double high, int iterations, double tolerance) {
  /** The paper's: from 1 to 2000, 20 steps, 0.01 nats. It cannot find an alpha below 1. */
  public static final AlphaSearch PAPER = new AlphaSearch(1, 2000, 20, 0.01);

  /** Checks the ranges. */
  public AlphaSearch {
    if (!(low >= 0 && low < high && Double.isFinite(high)) || iterations < 1 || !(tolerance > 0)) {
      throw new IllegalArgumentException(
          "the search needs 0 <= low < high, iterations >= 1 and tolerance > 0, got %s, %s, %d, %s"
              .formatted(low, high, iterations, tolerance));
    }
  }

  /** From 0 to a largest alpha, for small models. */
  public static AlphaSearch upTo(double high) {
    return new AlphaSearch(0, high, 20, 0.01);
  }

  /**
   * Searches.
   *
   * @param target divergence in nats
   * @param divergence of an alpha; expected to grow with it
   * @return the alpha, or empty if none that was tried came close enough
   */
  public OptionalDouble find(double target, DoubleUnaryOperator divergence) {
    double a = low;
    double b = high;
    OptionalDouble found = OptionalDouble.empty();
    for (int i = 0; i < iterations; i++) {
      double middle = (a + b) / 2;
      double reached = divergence.applyAsDouble(middle);
      if (Math.abs(reached - target) < tolerance) {
        found = OptionalDouble.of(middle);
      }
      if (reached < target) {
        a = middle;
      } else {
        b = middle;
      }
    }
    return found;
  }
}
