package dev.melange.papers.coordinateawaremodulation;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;

/** Bilinear interpolation in a grid of features. */
final class GridSampling {
  private GridSampling() {}

  /**
   * The features at points; -1 and 1 are the centres of the first and the last cell.
   *
   * @param grid [1, c, a, b]
   * @param points [n, 2]: the position along b, then along a
   * @param border whether points outside take the nearest value inside; otherwise the grid is
   *     surrounded by zeros
   * @return [n, c]
   */
  static Tensor at(Tensor grid, Tensor points, boolean border) {
    Tensor inside = border ? points.clamp(-1, 1) : points;
    return Nn.gridSample(grid, inside.reshape(1, 1, -1, 2), true).squeeze(2).squeeze(0).t();
  }
}
