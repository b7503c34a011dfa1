package dev.melange.papers.seminmf;

import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;

/**
 * The two factors of A [d, n], about {@code F G^T}.
 *
 * @param features F [d, K], one feature per column
 * @param coefficients G [n, K], not negative
 */
public record Factors(Tensor features, Tensor coefficients) {
  /** F G^T, [d, n]. */
  public Tensor product() {
    return features.matmul(coefficients.t());
  }

  /** The number of features K. */
  public int rank() {
    return (int) features.size(1);
  }

  /** The squared error {@code ||A - F G^T||^2}. */
  public double squaredError(Tensor a) {
    try (Scope scope = Scope.open()) {
      return a.sub(product()).square().sum().item();
    }
  }

  /**
   * The share of A's variance around its mean column that the product explains; at most 1, and
   * negative where the mean does better.
   */
  public double explainedVariance(Tensor a) {
    try (Scope scope = Scope.open()) {
      double total = a.sub(a.meanKeep(1)).square().sum().item();
      return 1 - squaredError(a) / total;
    }
  }
}
