package dev.melange.papers.coordinateawaremodulation;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;

/** Linear interpolation in a grid of features of one to three dimensions. */
final class GridSampling {
  private GridSampling() {}

  /**
   * The features at points; -1 and 1 are the centres of the first and the last cell.
   *
   * @param grid [1, c, a, b] for a plane; one axis less for a line, one more for a volume
   * @param points [n, dimensions]: for a plane the position along b, then along a
   * @param border whether points outside take the nearest value inside; otherwise the grid is
   *     surrounded by zeros
   * @return [n, c]
   */
  static Tensor at(Tensor grid, Tensor points, boolean border) {
    Tensor inside = border ? points.clamp(-1, 1) : points;
    return switch (grid.dim()) {
      case 3 -> at(grid.unsqueeze(2), Tensor.cat(1, inside, inside.zerosLike()), border);
      case 4 -> Nn.gridSample(grid, inside.reshape(1, 1, -1, 2), true).squeeze(2).squeeze(0).t();
      default ->
          Nn.gridSample(grid, inside.reshape(1, 1, 1, -1, 3), true)
              .squeeze(3)
              .squeeze(2)
              .squeeze(0)
              .t();
    };
  }
}
