package dev.melange.nn;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** {@code y = x W^T + b} over the last dimension: [..., in] to [..., out]. */
public final class Linear extends UnaryLayer {
  private final Tensor weight; // [out, in]
  private final Tensor bias; // [out] or null

  /** A layer with bias and PyTorch's default initialisation. */
  public Linear(long in, long out, Rng rng) {
    this(in, out, true, rng);
  }

  /** A layer with PyTorch's default initialisation. */
  public Linear(long in, long out, boolean bias, Rng rng) {
    weight = parameter("weight", Init.defaultWeight(Tensor.empty(out, in), rng));
    this.bias = bias ? parameter("bias", Init.defaultBias(Tensor.empty(out), weight, rng)) : null;
  }

  /** The weight, [out, in]. */
  public Tensor weight() {
    return weight;
  }

  /** The bias, [out], or null. */
  public Tensor bias() {
    return bias;
  }

  @Override
  public Tensor forward(Tensor x) {
    return Nn.linear(x, weight, bias);
  }

  /**
   * The same layer along dimension 1, without moving it last and back.
   *
   * @param x [B, in] or [B, in, ...], such as a sequence [B, in, T] or a map [B, in, h, w]
   * @return [B, out] or [B, out, ...]
   */
  public Tensor forwardChannels(Tensor x) {
    if (x.dim() == 2) {
      return forward(x);
    }
    long[] shape = x.shape();
    shape[1] = weight.size(0);
    Tensor columns = x.flatten(2, -1).unsqueeze(-1); // [B, in, N, 1]
    return Nn.conv2d(columns, weight.unsqueeze(-1).unsqueeze(-1), bias).reshape(shape);
  }
}
