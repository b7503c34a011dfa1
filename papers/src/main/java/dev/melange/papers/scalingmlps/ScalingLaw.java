package dev.melange.papers.scalingmlps;

import java.util.Arrays;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.LUDecomposition;

/**
 * How the error falls with compute: {@code E(C) = a (b + C)^-alpha + limit}, with b and the limit
 * not negative (section 5 of the paper).
 *
 * @param a factor
 * @param b compute that the model behaves as if it had had before
 * @param alpha exponent
 * @param limit error that more compute does not remove
 * @param residual root mean square of the differences of log errors
 */
public record ScalingLaw(double a, double b, double alpha, double limit, double residual) {
  private static final int PARAMETERS = 4;
  private static final int STEPS = 200;
  private static final double STEP = 1e-6;

  /** The error at a compute. */
  public double error(double compute) {
    return a * Math.pow(b + compute, -alpha) + limit;
  }

  /**
   * Fits the law: least squares of the logarithms of the errors, by Levenberg-Marquardt from
   * several beginnings.
   *
   * @param compute of each run, positive
   * @param error of each run, positive
   * @throws IllegalArgumentException if there are fewer runs than the law has parameters
   */
  public static ScalingLaw fit(double[] compute, double[] error) {
    if (compute.length != error.length || compute.length < PARAMETERS) {
      throw new IllegalArgumentException(
          "the law has %d parameters, so it needs at least as many runs, got %d computes and %d errors"
              .formatted(PARAMETERS, compute.length, error.length));
    }
    for (int i = 0; i < compute.length; i++) {
      if (!(compute[i] > 0 && error[i] > 0)) {
        throw new IllegalArgumentException(
            "compute and error must be positive, got %s and %s".formatted(compute[i], error[i]));
      }
    }
    // in units of the smallest run the parameters are of similar size
    double unit = Arrays.stream(compute).min().orElseThrow();
    double[] c = Arrays.stream(compute).map(value -> value / unit).toArray();
    double least = Arrays.stream(error).min().orElseThrow();
    double most = Arrays.stream(error).max().orElseThrow();
    double[] best = null;
    double bestCost = Double.POSITIVE_INFINITY;
    for (double share : new double[] {0.01, 0.5, 0.9}) {
      for (double before : new double[] {0.01, 1}) {
        double[] start = {
          Math.log(Math.max(most - share * least, least / 10)),
          0.3,
          Math.sqrt(before),
          Math.sqrt(share * least)
        };
        double[] found = descend(start, c, error);
        double cost = cost(found, c, error);
        if (cost < bestCost) {
          bestCost = cost;
          best = found;
        }
      }
    }
    if (best == null) {
      throw new IllegalArgumentException(
          "no law fits the errors %s at %s"
              .formatted(Arrays.toString(error), Arrays.toString(compute)));
    }
    double alpha = best[1];
    return new ScalingLaw(
        Math.exp(best[0]) * Math.pow(unit, alpha),
        best[2] * best[2] * unit,
        alpha,
        best[3] * best[3],
        Math.sqrt(bestCost / c.length));
  }

  /** Parameters are log a, alpha, and the square roots of b and the limit, which keeps signs. */
  private static double logError(double[] p, double compute) {
    return Math.log(Math.exp(p[0]) * Math.pow(p[2] * p[2] + compute, -p[1]) + p[3] * p[3]);
  }

  private static double cost(double[] p, double[] c, double[] error) {
    double sum = 0;
    for (int i = 0; i < c.length; i++) {
      double difference = logError(p, c[i]) - Math.log(error[i]);
      sum += difference * difference;
    }
    return Double.isFinite(sum) ? sum : Double.POSITIVE_INFINITY;
  }

  private static double[] descend(double[] start, double[] c, double[] error) {
    double[] p = start;
    double cost = cost(p, c, error);
    double damping = 1e-2;
    for (int step = 0; step < STEPS && damping < 1e12; step++) {
      double[] next = step(p, c, error, damping);
      double nextCost = cost(next, c, error);
      if (nextCost < cost) {
        p = next;
        cost = nextCost;
        damping /= 3;
      } else {
        damping *= 4;
      }
    }
    return p;
  }

  /** Solves {@code (J'J + damping (diag(J'J) + 1)) d = -J'r}. */
  private static double[] step(double[] p, double[] c, double[] error, double damping) {
    double[][] normal = new double[PARAMETERS][PARAMETERS];
    double[] right = new double[PARAMETERS];
    double[] slope = new double[PARAMETERS];
    for (int i = 0; i < c.length; i++) {
      double residual = logError(p, c[i]) - Math.log(error[i]);
      for (int k = 0; k < PARAMETERS; k++) {
        double[] up = p.clone();
        double[] down = p.clone();
        up[k] += STEP;
        down[k] -= STEP;
        slope[k] = (logError(up, c[i]) - logError(down, c[i])) / (2 * STEP);
      }
      for (int k = 0; k < PARAMETERS; k++) {
        right[k] -= slope[k] * residual;
        for (int l = 0; l < PARAMETERS; l++) {
          normal[k][l] += slope[k] * slope[l];
        }
      }
    }
    for (int k = 0; k < PARAMETERS; k++) {
      normal[k][k] += damping * (normal[k][k] + 1e-6);
    }
    double[] change =
        new LUDecomposition(new Array2DRowRealMatrix(normal))
            .getSolver()
            .solve(new ArrayRealVector(right))
            .toArray();
    double[] next = p.clone();
    for (int k = 0; k < PARAMETERS; k++) {
      next[k] += change[k];
    }
    return next;
  }
}
