package dev.melange.nn;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;

/** Group normalisation of [B, C, ...]: statistics over each group of channels and all positions. */
public final class GroupNorm extends UnaryLayer {
  private final long groups;
  private final double eps;
  private final Tensor weight;
  private final Tensor bias;

  /** With eps 1e-5. */
  public GroupNorm(long groups, long channels) {
    this(groups, channels, 1e-5);
  }

  /** {@code groups} divides {@code channels}; one group is a layer norm over all of C, H, W. */
  public GroupNorm(long groups, long channels, double eps) {
    this.groups = groups;
    this.eps = eps;
    weight = parameter("weight", Tensor.ones(channels));
    bias = parameter("bias", Tensor.zeros(channels));
  }

  @Override
  public Tensor forward(Tensor x) {
    return Nn.groupNorm(x, groups, weight, bias, eps);
  }
}
