package dev.melange.papers.tsmixer;

import dev.melange.nn.Init;
import dev.melange.nn.Layer;
import dev.melange.nn.SinusoidalPositions;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * The table that is added to the patches, [N, D]: trained, or fixed sines and cosines of mean 0 and
 * standard deviation 0.1. Component {@code layer/tsmixer-position} is the fixed one.
 */
final class Positions extends Layer {
  /**
   * Size of a fixed table.
   *
   * @param num_patches N
   * @param d_model D, even
   */
  record Config(int num_patches, int d_model) {
    /** The number of patches is checked here, the width where the table is made. */
    Config {
      if (num_patches < 1) {
        throw new IllegalArgumentException("num_patches must be at least 1, got " + num_patches);
      }
    }
  }

  private static final double SPREAD = 10;

  private final Tensor table;

  Positions(TsMixerConfig config, Rng rng) {
    int n = config.patches();
    int d = config.d_model();
    table =
        config.positional_encoding_type().equals("random")
            ? parameter("position_enc", Init.normal(Tensor.empty(n, d), 0, 0.1, rng))
            : buffer("position_enc", sines(n, d).to(DType.F32));
  }

  /** The fixed table in float64, [N, D]. */
  static Tensor sines(int patches, int features) {
    Tensor table = SinusoidalPositions.line(patches, features);
    Tensor centered = table.sub(table.mean());
    return centered.div(centered.flatten(0, 1).std(1, 0).mul(SPREAD));
  }

  Tensor table() {
    return table;
  }
}
