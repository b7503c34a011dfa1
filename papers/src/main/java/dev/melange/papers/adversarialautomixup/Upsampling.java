package dev.melange.papers.adversarialautomixup;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** Enlarges the maps of masks by a whole factor. */
record Upsampling(String mode, int factor) {
  private static final String[] MODES = {"nearest", "bilinear", "bicubic"};

  Upsampling {
    if (factor < 1) {
      throw new IllegalArgumentException("scale_factor is 1 or more, got " + factor);
    }
  }

  /** As configured; the mode {@code None} stands for one of the others, drawn here. */
  static Upsampling of(String mode, int factor, Rng rng) {
    return new Upsampling(mode.equals("None") ? MODES[rng.nextInt(MODES.length)] : mode, factor);
  }

  /** [N, K, h, w] to [N, K, h * factor, w * factor]. */
  Tensor apply(Tensor map) {
    long height = map.size(2) * factor;
    long width = map.size(3) * factor;
    return switch (mode) {
      case "nearest" -> Nn.resizeNearest(map, height, width);
      case "bilinear" -> Nn.resizeBilinear(map, height, width, false);
      case "bicubic" -> Nn.resizeBicubic(map, height, width, false);
      default -> throw new IllegalArgumentException("unknown unsampling_mode " + mode);
    };
  }
}
