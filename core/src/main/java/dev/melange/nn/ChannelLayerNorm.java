package dev.melange.nn;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;

/** Layer normalisation over the channels of each position of [B, C, H, W]; biased variance. */
public final class ChannelLayerNorm extends UnaryLayer {
  private final double eps;
  private final Tensor weight;
  private final Tensor bias;

  /** Over {@code channels}. */
  public ChannelLayerNorm(long channels, double eps) {
    this.eps = eps;
    weight = parameter("weight", Tensor.ones(channels));
    bias = parameter("bias", Tensor.zeros(channels));
  }

  @Override
  public Tensor forward(Tensor x) {
    // [B, C, H, W] -> [B, H, W, C] and back: views only when x is stored channels-last
    return Nn.layerNorm(x.permute(0, 2, 3, 1), weight, bias, eps).permute(0, 3, 1, 2);
  }
}
