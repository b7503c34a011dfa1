package dev.melange.nn;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** Image patches as tokens: a strided convolution {@code proj}, [B, C, H, W] to [B, N, D]. */
public final class PatchEmbed extends UnaryLayer {
  private final Conv2d proj;

  /** Patches of {@code height x width} pixels without overlap; N in row-major order. */
  public PatchEmbed(long channels, long dim, long height, long width, Rng rng) {
    proj =
        child(
            "proj",
            new Conv2d(
                new Conv2d.Spec(
                    channels,
                    dim,
                    new long[] {height, width},
                    new long[] {height, width},
                    new long[] {0, 0},
                    new long[] {1, 1},
                    1,
                    true),
                rng));
  }

  /** The convolution. */
  public Conv2d proj() {
    return proj;
  }

  @Override
  public Tensor forward(Tensor x) {
    return proj.forward(x).flatten(2, 3).transpose(1, 2); // [B, D, h, w] -> [B, N, D]
  }
}
