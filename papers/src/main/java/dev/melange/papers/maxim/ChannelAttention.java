package dev.melange.papers.maxim;

import dev.melange.nn.Conv2d;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** Squeeze and excitation: each channel of [B, C, H, W] times a number made of all means. */
final class ChannelAttention extends UnaryLayer {
  private final Conv2d squeeze;
  private final Conv2d excite;

  ChannelAttention(int channels, int reduction, boolean bias, Rng rng) {
    squeeze = child("Conv_0", FlaxInit.pointwise(channels, channels / reduction, bias, rng));
    excite = child("Conv_1", FlaxInit.pointwise(channels / reduction, channels, bias, rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor scale = scoped(() -> excite.forward(squeeze.forward(x.meanKeep(2, 3)).relu()).sigmoid());
    return x.mul(scale);
  }
}
