package dev.melange.nn;

import dev.melange.tensor.Tensor;

/**
 * A learned factor per feature, small at first, on the branch of a residual block (Touvron et al.
 * 2021, "Going deeper with image transformers"). Name {@code gamma} as in timm.
 */
public final class LayerScale extends UnaryLayer {
  private final boolean maps;
  private final Tensor gamma; // [dim]

  private LayerScale(long dim, double initial, boolean maps) {
    this.maps = maps;
    gamma = parameter("gamma", Tensor.full(initial, dim));
  }

  /** Over the last dimension of tokens [..., dim]; {@code initial} is usually 1e-6 to 0.1. */
  public static LayerScale ofTokens(long dim, double initial) {
    return new LayerScale(dim, initial, false);
  }

  /** Over the channels of maps [B, dim, H, W]. */
  public static LayerScale ofMaps(long dim, double initial) {
    return new LayerScale(dim, initial, true);
  }

  /** The factors, [dim]. */
  public Tensor gamma() {
    return gamma;
  }

  @Override
  public Tensor forward(Tensor x) {
    return x.mul(maps ? gamma.reshape(gamma.numel(), 1, 1) : gamma);
  }
}
