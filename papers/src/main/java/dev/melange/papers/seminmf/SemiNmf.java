package dev.melange.papers.seminmf;

import dev.melange.component.Default;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Linalg;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Semi-nonnegative matrix factorisation with sparse features: A [d, n] is about {@code F G^T}, G
 * not negative, and each column of F keeps its largest entries only (section 3 of the paper). F and
 * G are updated in turn; the factors with the least error are the result.
 */
public final class SemiNmf {
  private static final double NORM_FLOOR = 1e-8;
  private static final double DENOMINATOR_EPS = 1e-6;

  private SemiNmf() {}

  /**
   * Settings.
   *
   * @param rank number of features K
   * @param sparsity share of each feature's entries that may differ from 0, in (0, 1]
   * @param max_iter most iterations
   * @param tol least decrease of the squared error that counts as progress
   * @param reg added to the diagonal of {@code G^T G}
   * @param patience iterations without progress after which to stop
   */
  public record Config(
      int rank,
      @Default("0.01") double sparsity,
      @Default("500") int max_iter,
      @Default("1e-4") double tol,
      @Default("1e-6") double reg,
      @Default("100") int patience) {
    /** Checks the ranges. */
    public Config {
      if (rank < 1 || max_iter < 0 || patience < 1) {
        throw new IllegalArgumentException(
            "rank and patience must be at least 1 and max_iter at least 0, got %d, %d, %d"
                .formatted(rank, patience, max_iter));
      }
      if (!(sparsity > 0 && sparsity <= 1) || !(tol >= 0) || !(reg >= 0)) {
        throw new IllegalArgumentException(
            "sparsity must lie in (0, 1], tol and reg must not be negative, got %s, %s, %s"
                .formatted(sparsity, tol, reg));
      }
    }

    /** The defaults for a number of features. */
    public static Config of(int rank) {
      return new Config(rank, 0.01, 500, 1e-4, 1e-6, 100);
    }
  }

  /**
   * The result of a fit.
   *
   * @param factors those with the least error
   * @param loss their squared error {@code ||A - F G^T||^2}; infinite if no iteration ran
   * @param bestIteration when they were found, from 0; {@code max_iter} if never
   * @param losses the squared error after each iteration
   */
  public record Fit(Factors factors, double loss, int bestIteration, List<Double> losses) {
    /** Copies the list. */
    public Fit {
      losses = List.copyOf(losses);
    }
  }

  /**
   * Factors a matrix.
   *
   * @param a finite numbers [d, n]; not to be centred
   * @param start where to start; only its coefficients matter, as F is updated first
   * @return factors that belong to the current scope
   * @throws IllegalArgumentException if shapes do not fit, or for numbers that are not finite
   */
  public static Fit fit(Config config, Tensor a, Factors start) {
    return fit(config, a, start, iteration -> {});
  }

  /**
   * As {@link #fit(Config, Tensor, Factors)}, for those who want to know how far it is.
   *
   * @param told gets the number of iterations done, after each; may throw to end the work
   */
  public static Fit fit(Config config, Tensor a, Factors start, IntConsumer told) {
    check(config, a, start);
    try (var guard = Autograd.noGrad()) {
      Tensor bestF = start.features().copy();
      Tensor bestG = start.coefficients().copy();
      double best = Double.POSITIVE_INFINITY;
      int bestIteration = config.max_iter();
      List<Double> losses = new ArrayList<>();
      try (Scope outer = Scope.open()) {
        Tensor g = bestG.copy();
        Tensor ridge = Tensor.eye(config.rank(), a.dtype()).to(a.device()).mul(config.reg());
        int idle = 0;
        for (int i = 0; i < config.max_iter() && idle < config.patience(); i++) {
          try (Scope scope = Scope.open()) {
            Factors next = update(a, g, ridge, kept(config.sparsity(), a.size(0)));
            g.copy_(next.coefficients());
            double loss = next.squaredError(a);
            losses.add(loss);
            idle++;
            if (loss < best - config.tol()) {
              best = loss;
              bestIteration = i;
              bestF.copy_(next.features());
              bestG.copy_(next.coefficients());
              idle = 0;
            }
            told.accept(i + 1);
          }
        }
      }
      return new Fit(new Factors(bestF, bestG), best, bestIteration, losses);
    }
  }

  private static void check(Config config, Tensor a, Factors start) {
    long rank = config.rank();
    if (a.dim() != 2
        || !Arrays.equals(start.features().shape(), new long[] {a.size(0), rank})
        || !Arrays.equals(start.coefficients().shape(), new long[] {a.size(1), rank})) {
      throw new IllegalArgumentException(
          "semi-nmf of rank %d expects A [d, n], F [d, %d] and G [n, %d], got %s, %s and %s"
              .formatted(
                  rank,
                  rank,
                  rank,
                  Arrays.toString(a.shape()),
                  Arrays.toString(start.features().shape()),
                  Arrays.toString(start.coefficients().shape())));
    }
    try (Scope scope = Scope.open()) {
      if (a.isFinite().logicalNot().any().item() != 0) {
        throw new IllegalArgumentException(
            "semi-nmf cannot factor A %s: it holds numbers that are not finite"
                .formatted(Arrays.toString(a.shape())));
      }
      if (start.coefficients().min().item() < 0) {
        throw new IllegalArgumentException(
            "semi-nmf keeps G non-negative, but the start has a least entry of "
                + start.coefficients().min().item());
      }
    }
  }

  static long kept(double sparsity, long rows) {
    return Math.max(1, (long) Math.ceil(sparsity * rows));
  }

  private static Factors update(Tensor a, Tensor g, Tensor ridge, long kept) {
    Tensor f = a.matmul(g).matmul(Linalg.inv(g.t().matmul(g).add(ridge)));
    f = keepLargest(f, kept);
    // the scale moves from G to F before G is updated
    Tensor norms = g.normKeep(2, 0).clampMin(NORM_FLOOR);
    Tensor unit = g.div(norms);
    f = f.mul(norms);
    Tensor p = a.t().matmul(f);
    Tensor q = f.t().matmul(f);
    Tensor up = positive(p).add(unit.matmul(positive(q.neg())));
    Tensor down = positive(p.neg()).add(unit.matmul(positive(q))).add(DENOMINATOR_EPS);
    return new Factors(f, unit.mul(up.div(down).sqrt()));
  }

  private static Tensor positive(Tensor x) {
    return x.clampMin(0);
  }

  /** Zeros all but the entries of each column that reach its k-th largest magnitude. */
  static Tensor keepLargest(Tensor f, long k) {
    Tensor magnitude = f.abs();
    Tensor threshold = magnitude.topk(k, 0).values().narrow(0, k - 1, 1);
    return f.maskedFill(magnitude.lt(threshold), 0);
  }
}
