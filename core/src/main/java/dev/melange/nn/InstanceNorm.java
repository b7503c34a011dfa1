package dev.melange.nn;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;

/**
 * Instance normalisation of [B, C, ...]: statistics over the positions of each channel of each
 * sample, in training and inference alike; biased variance.
 */
public final class InstanceNorm extends UnaryLayer {
  private final double eps;
  private final Tensor weight; // null without scale and shift
  private final Tensor bias;

  /** With eps 1e-5, without scale and shift (PyTorch's default). */
  public InstanceNorm(long channels) {
    this(channels, 1e-5, false);
  }

  /**
   * A layer over channels.
   *
   * @param affine whether there are a scale and a shift per channel
   */
  public InstanceNorm(long channels, double eps, boolean affine) {
    this.eps = eps;
    weight = affine ? parameter("weight", Tensor.ones(channels)) : null;
    bias = affine ? parameter("bias", Tensor.zeros(channels)) : null;
  }

  @Override
  public Tensor forward(Tensor x) {
    return Nn.instanceNorm(x, weight, bias, eps);
  }
}
