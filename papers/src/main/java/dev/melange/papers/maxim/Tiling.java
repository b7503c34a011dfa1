package dev.melange.papers.maxim;

import java.util.Arrays;

/**
 * How a large image is cut into overlapping tiles along one direction, and how much each of them
 * counts at each pixel.
 *
 * @param starts first pixel of each tile
 * @param tile pixels of a tile
 * @param weights by tile, then by pixel of the tile; where tiles overlap they sum to 1
 */
record Tiling(int[] starts, int tile, float[][] weights) {
  /**
   * Tiles for so many pixels.
   *
   * @param size of the image
   * @param tile of a tile; the whole image becomes one if it is not larger
   * @param overlap of neighbouring tiles at least, less than half a tile
   */
  static Tiling of(int size, int tile, int overlap) {
    if (size <= tile) {
      float[] all = new float[size];
      Arrays.fill(all, 1);
      return new Tiling(new int[] {0}, size, new float[][] {all});
    }
    int step = tile - overlap;
    int count = (size - overlap + step - 1) / step;
    int[] starts = new int[count];
    double[][] ramps = new double[count][tile];
    double[] sums = new double[size];
    for (int k = 0; k < count; k++) {
      starts[k] = (int) Math.round((double) k * (size - tile) / (count - 1));
      for (int p = 0; p < tile; p++) {
        // Falls off towards a tile's border, where the network sees nothing beyond it; the border
        // of the image is nobody else's.
        int before = starts[k] == 0 ? overlap : p;
        int after = starts[k] + tile == size ? overlap : tile - 1 - p;
        ramps[k][p] = Math.min(overlap, Math.min(before, after)) + 1.0;
        sums[starts[k] + p] += ramps[k][p];
      }
    }
    float[][] weights = new float[count][tile];
    for (int k = 0; k < count; k++) {
      for (int p = 0; p < tile; p++) {
        weights[k][p] = (float) (ramps[k][p] / sums[starts[k] + p]);
      }
    }
    return new Tiling(starts, tile, weights);
  }

  /** Number of tiles. */
  int count() {
    return starts.length;
  }
}
