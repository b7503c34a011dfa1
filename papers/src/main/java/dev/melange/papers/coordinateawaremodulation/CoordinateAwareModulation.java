package dev.melange.papers.coordinateawaremodulation;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.Layer;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Scale and shift of a point's features by two numbers that are interpolated in grids over its
 * coordinates (section 3.1). All features of a point share them.
 */
public final class CoordinateAwareModulation extends Layer {
  /**
   * Configuration of {@code layer/coordinate-aware-modulation}.
   *
   * @param coord_dim coordinates of a point: 1, 2, or 3 (then the grids are three planes)
   * @param grid cells: [G] for one coordinate, otherwise [Ga, Gb], of which the first coordinate
   *     indexes the last
   * @param padding_mode outside of [-1, 1]: {@code zeros}, or the values at the {@code border}
   * @param normalize whether each point's features are standardised first
   */
  public record Config(
      int coord_dim,
      List<Integer> grid,
      @Default("zeros") @OneOf({"zeros", "border"}) String padding_mode,
      @Default("false") boolean normalize) {
    /** Checks that the grid fits the coordinates. */
    public Config {
      grid = List.copyOf(grid);
      if (coord_dim < 1 || coord_dim > 3) {
        throw new IllegalArgumentException("coord_dim is 1, 2 or 3, got " + coord_dim);
      }
      int axes = coord_dim == 1 ? 1 : 2;
      if (grid.size() != axes || grid.stream().anyMatch(cells -> cells < 1)) {
        throw new IllegalArgumentException(
            "a grid of coord_dim %d has %d sizes of at least 1, got %s"
                .formatted(coord_dim, axes, grid));
      }
    }
  }

  private static final double EPS = 1e-5;
  private static final int[][] PLANES = {{0, 1}, {0, 2}, {1, 2}};

  private final Config config;
  private final Tensor affine;

  /** A layer that changes nothing yet, except for the standardisation. */
  public CoordinateAwareModulation(Config config, Rng rng) {
    this.config = config;
    affine = parameter("affine", identity(config));
  }

  /**
   * Grids of scales 1 and shifts 0: [1, 2, G, 1], [1, 2, Ga, Gb] or, for three coordinates, [6, 1,
   * Ga, Gb] with the planes of the scales first.
   */
  static Tensor identity(Config config) {
    long a = config.grid.get(0);
    long b = config.coord_dim == 1 ? 1 : config.grid.get(1);
    long planes = config.coord_dim == 3 ? PLANES.length : 1;
    Tensor grids = Tensor.cat(0, Tensor.ones(planes, 1, a, b), Tensor.zeros(planes, 1, a, b));
    return planes == 1 ? grids.reshape(1, 2, a, b) : grids;
  }

  /**
   * Modulates features.
   *
   * @param x features, [n, c]
   * @param coord coordinates from -1 to 1, the centres of the first and the last cell; [n,
   *     coord_dim]
   * @return [n, c]
   */
  public Tensor forward(Tensor x, Tensor coord) {
    return modulate(x, coord, affine, config);
  }

  /** As {@link #forward}, with grids that another layer holds. */
  static Tensor modulate(Tensor x, Tensor coord, Tensor affine, Config config) {
    if (x.dim() != 2
        || coord.dim() != 2
        || coord.size(0) != x.size(0)
        || coord.size(1) != config.coord_dim) {
      throw new IllegalArgumentException(
          "modulation needs features [n, c] and coordinates [n, %d], got %s and %s"
              .formatted(
                  config.coord_dim, Arrays.toString(x.shape()), Arrays.toString(coord.shape())));
    }
    Tensor h = config.normalize ? standardise(x) : x;
    boolean border = config.padding_mode.equals("border");
    return switch (config.coord_dim) {
      case 1 -> {
        Tensor points = Tensor.cat(1, coord.zerosLike(), coord);
        yield apply(h, GridSampling.at(affine, points, border));
      }
      case 2 -> apply(h, GridSampling.at(affine, coord, border));
      default -> apply(h, planes(affine, coord.detach(), border)); // as the official code does
    };
  }

  private static Tensor apply(Tensor x, Tensor scaleAndShift) {
    return scaleAndShift.narrow(1, 1, 1).addcmul(x, scaleAndShift.narrow(1, 0, 1), 1);
  }

  // Scale and shift are the products of their values in the three planes: [n, 2].
  private static Tensor planes(Tensor affine, Tensor coord, boolean border) {
    Tensor product = null;
    for (int i = 0; i < PLANES.length; i++) {
      Tensor pair =
          Tensor.cat(1, coord.narrow(1, PLANES[i][0], 1), coord.narrow(1, PLANES[i][1], 1));
      Tensor both =
          Tensor.cat(1, affine.narrow(0, i, 1), affine.narrow(0, i + (long) PLANES.length, 1));
      Tensor values = GridSampling.at(both, pair, border);
      product = product == null ? values : product.mul(values);
    }
    return product;
  }

  private static Tensor standardise(Tensor x) {
    return Nn.layerNorm(x, null, null, EPS);
  }
}
