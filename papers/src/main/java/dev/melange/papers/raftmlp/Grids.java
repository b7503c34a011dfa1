package dev.melange.papers.raftmlp;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;
import java.util.function.UnaryOperator;

/** Maps brought to other sizes: bicubically, corners not aligned, without antialiasing. */
final class Grids {
  private Grids() {}

  /** The map [B, C, h, w] at another size; the map itself if it has that size. */
  static Tensor resized(Tensor map, long height, long width) {
    return map.size(2) == height && map.size(3) == width
        ? map
        : Nn.resizeBicubic(map, height, width, false);
  }

  /**
   * Runs a computation that works on square maps of one size on a map of any size. What comes out
   * has gone through both resizings as a whole; no path leads around them.
   */
  static Tensor within(Tensor map, long side, UnaryOperator<Tensor> body) {
    return resized(body.apply(resized(map, side, side)), map.size(2), map.size(3));
  }
}
