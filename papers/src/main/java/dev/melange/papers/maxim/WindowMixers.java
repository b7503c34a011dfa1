package dev.melange.papers.maxim;

import dev.melange.nn.TokenMixer;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;

/**
 * The gated MLPs as token mixers of other backbones, which have norms and residual connections of
 * their own. Blocks are as large, and grids have as many windows, as the largest divisors of height
 * and width up to 8.
 */
final class WindowMixers {
  private static final int LARGEST = 8;

  private WindowMixers() {}

  static List<TokenMixer> all() {
    return List.of(
        TokenMixer.of(
            "multi_axis_gmlp",
            "gated MLPs, half of the channels across a grid of windows, half inside blocks",
            WindowMixers::multiAxis),
        TokenMixer.of(
            "grid_gmlp",
            "a gated MLP across a grid of windows, one pixel of each",
            (channels, height, width, rng) -> axis(MixingAxis.GRID, channels, height, width, rng)),
        TokenMixer.of(
            "block_gmlp",
            "a gated MLP inside blocks of up to 8x8",
            (channels, height, width, rng) ->
                axis(MixingAxis.BLOCK, channels, height, width, rng)));
  }

  private static UnaryLayer multiAxis(int channels, int height, int width, Rng rng) {
    List<Integer> size = size(height, width);
    return MultiAxisGmlp.mixer(
        new MultiAxisGmlp.Config(channels, size, size, 2, 2, 2, true, 0), rng);
  }

  private static UnaryLayer axis(MixingAxis axis, int channels, int height, int width, Rng rng) {
    return new OnMaps(AxisGmlp.mixer(axis, channels, size(height, width), rng));
  }

  private static List<Integer> size(int height, int width) {
    return List.of(divisor(height, height, width), divisor(width, height, width));
  }

  private static int divisor(int side, int height, int width) {
    int largest = Math.min(LARGEST, side);
    while (side % largest != 0) {
      largest--;
    }
    if (largest == 1 && side > 1) {
      throw new IllegalArgumentException(
          "maps of %dx%d cannot be cut into windows: %d has no divisor from 2 to %d; choose another mixer, or images of another size"
              .formatted(height, width, side, LARGEST));
    }
    return largest;
  }

  /** A layer of [B, H, W, C] for those who have [B, C, H, W]. */
  private static final class OnMaps extends UnaryLayer {
    private final AxisGmlp mixer;

    OnMaps(AxisGmlp mixer) {
      this.mixer = child("mixer", mixer);
    }

    @Override
    public Tensor forward(Tensor x) {
      return mixer.forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
    }
  }
}
