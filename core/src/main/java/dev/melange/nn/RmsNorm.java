package dev.melange.nn;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;

/**
 * Root mean square normalisation over the last dimension with a scale, {@code x / sqrt(mean(x^2) +
 * eps) * weight} (Zhang and Sennrich 2019, equation 4).
 */
public final class RmsNorm extends UnaryLayer {
  private final double eps;
  private final Tensor weight;

  /** Over {@code dim} features with eps 1e-6. */
  public RmsNorm(long dim) {
    this(dim, 1e-6);
  }

  /** Over {@code dim} features. */
  public RmsNorm(long dim, double eps) {
    this.eps = eps;
    weight = parameter("weight", Tensor.ones(dim));
  }

  /** The scale, [dim]. */
  public Tensor weight() {
    return weight;
  }

  @Override
  public Tensor forward(Tensor x) {
    return Nn.rmsNorm(x, weight, eps);
  }
}
