package dev.melange.papers.maxim;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;
import java.util.List;

/**
 * Along what the pixels of an image [B, H, W, C] are mixed once it is cut into windows [B, windows,
 * pixels, C] (paper, section 3.2).
 */
enum MixingAxis {
  /** Inside windows of a fixed size: local. */
  BLOCK("Block") {
    @Override
    int[] window(Tensor x, List<Integer> size) {
      return new int[] {size.get(0), size.get(1)};
    }

    @Override
    Tensor mix(Tensor x, Tensor weight, Tensor bias) {
      Tensor alone = x.flatten(0, 1).unsqueeze(2); // [B windows, pixels, 1, C]
      return pointwise(alone, weight, bias).squeeze(2).unflatten(0, x.size(0), x.size(1));
    }
  },
  /** Across a fixed number of windows, one pixel of each: global, with gaps. */
  GRID("Grid") {
    @Override
    int[] window(Tensor x, List<Integer> size) {
      return new int[] {(int) x.size(1) / size.get(0), (int) x.size(2) / size.get(1)};
    }

    @Override
    Tensor mix(Tensor x, Tensor weight, Tensor bias) {
      return pointwise(x, weight, bias);
    }
  };

  private final String title;

  MixingAxis(String title) {
    this.title = title;
  }

  /** As it stands in the names of weights. */
  String title() {
    return title;
  }

  /** Height and width of the windows of an image [B, H, W, C]. */
  abstract int[] window(Tensor x, List<Integer> size);

  /**
   * A linear layer along this axis of windows [B, windows, pixels, C]; its weight is [n, n] for
   * that axis's n positions.
   */
  abstract Tensor mix(Tensor x, Tensor weight, Tensor bias);

  /** The mixed axis taken as channels: a 1x1 convolution, which needs no transposed copy. */
  private static Tensor pointwise(Tensor x, Tensor weight, Tensor bias) {
    return Nn.conv2d(x, weight.unsqueeze(2).unsqueeze(3), bias);
  }

  /** Number of positions that are mixed. */
  static int positions(List<Integer> size) {
    return size.get(0) * size.get(1);
  }

  /** Cuts [B, H, W, C] into [B, windows, pixels, C], row by row. */
  Tensor cut(Tensor x, List<Integer> size) {
    if (x.size(1) % size.get(0) != 0 || x.size(2) % size.get(1) != 0) {
      throw new IllegalArgumentException(
          "a %s of %dx%d does not divide features of %dx%d; pad the image"
              .formatted(
                  this == BLOCK ? "block" : "grid",
                  size.get(0),
                  size.get(1),
                  x.size(1),
                  x.size(2)));
    }
    int[] window = window(x, size);
    long rows = x.size(1) / window[0];
    long columns = x.size(2) / window[1];
    return x.reshape(x.size(0), rows, window[0], columns, window[1], x.size(3))
        .permute(0, 1, 3, 2, 4, 5)
        .reshape(x.size(0), rows * columns, (long) window[0] * window[1], x.size(3));
  }

  /** Puts windows [B, windows, pixels, C] together again: [B, height, width, C]. */
  Tensor join(Tensor windows, Tensor like, List<Integer> size) {
    int[] window = window(like, size);
    long rows = like.size(1) / window[0];
    long columns = like.size(2) / window[1];
    long channels = windows.size(3);
    return windows
        .reshape(windows.size(0), rows, columns, window[0], window[1], channels)
        .permute(0, 1, 3, 2, 4, 5)
        .reshape(windows.size(0), like.size(1), like.size(2), channels);
  }
}
