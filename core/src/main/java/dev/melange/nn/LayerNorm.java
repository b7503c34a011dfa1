package dev.melange.nn;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;

/** Layer normalisation over the last dimension, with scale and shift; biased variance. */
public final class LayerNorm extends UnaryLayer {
  private final double eps;
  private final Tensor weight;
  private final Tensor bias;

  /** Over {@code dim} features with eps 1e-5. */
  public LayerNorm(long dim) {
    this(dim, 1e-5);
  }

  /** Over {@code dim} features. */
  public LayerNorm(long dim, double eps) {
    this.eps = eps;
    weight = parameter("weight", Tensor.ones(dim));
    bias = parameter("bias", Tensor.zeros(dim));
  }

  /** The scale, [dim]. */
  public Tensor weight() {
    return weight;
  }

  /** The shift, [dim]. */
  public Tensor bias() {
    return bias;
  }

  @Override
  public Tensor forward(Tensor x) {
    return Nn.layerNorm(x, weight, bias, eps);
  }
}
