package dev.melange.mix;

import dev.melange.tensor.Tensor;
import java.util.Arrays;

/** Features as square maps, whether a network makes maps or tokens. */
public final class SquareMaps {
  private SquareMaps() {}

  /**
   * Maps [N, D, a, a] as they are; tokens [N, a * a, D], or with a class token before them, as maps
   * in row-major order.
   *
   * @param policy who asks, for the message
   * @param features of an image model
   * @throws IllegalArgumentException if they are no square of cells
   */
  public static Tensor of(String policy, Tensor features) {
    if (features.dim() == 4 && features.size(2) == features.size(3)) {
      return features;
    }
    if (features.dim() == 3) {
      for (long extra = 0; extra <= 1; extra++) {
        long cells = features.size(1) - extra;
        long side = Math.round(Math.sqrt((double) cells));
        if (cells > 0 && side * side == cells) {
          return features.narrow(1, extra, cells).transpose(1, 2).unflatten(2, side, side);
        }
      }
    }
    throw new IllegalArgumentException(
        "%s looks at square maps [N, D, a, a] or a square of tokens, the network makes %s; use another network, or square images"
            .formatted(policy, Arrays.toString(features.shape())));
  }
}
