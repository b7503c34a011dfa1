package dev.melange.nn;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;

/** Layer normalisation over the last dimensions, with scale and shift; biased variance. */
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
    this(new long[] {dim}, eps);
  }

  /** Over all of several last dimensions together, of the given lengths. */
  public LayerNorm(long[] shape, double eps) {
    this.eps = eps;
    weight = parameter("weight", Tensor.ones(shape));
    bias = parameter("bias", Tensor.zeros(shape));
  }

  /** The scale, of the shape that is normalised over. */
  public Tensor weight() {
    return weight;
  }

  /** The shift, of the same shape. */
  public Tensor bias() {
    return bias;
  }

  @Override
  public Tensor forward(Tensor x) {
    int dims = weight.dim();
    if (dims == 1) {
      return Nn.layerNorm(x, weight, bias, eps);
    }
    Tensor flat =
        Nn.layerNorm(x.flatten(-dims, -1), weight.flatten(0, -1), bias.flatten(0, -1), eps);
    return flat.unflatten(-1, weight.shape());
  }
}
