package dev.melange.papers.coordinateawaremodulation;

import dev.melange.component.Default;
import dev.melange.nn.Layer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * A radiance field whose base layers are modulated over positions, view directions or time (section
 * 4.3), or not at all: NeRF.
 */
public final class CamNerf extends Layer {
  /**
   * Configuration of {@code field/cam-nerf} and {@code field/cam-dynamic-nerf}.
   *
   * @param net_depth layers of the base
   * @param net_width their width
   * @param skip_layer the encoded position is appended after layers that are its multiples; 0 for
   *     never
   * @param net_depth_condition layers that see the view direction
   * @param net_width_condition their width
   * @param coord_dim what modulates: 0 nothing, 1 time, 2 the view, 3 the position; a dynamic field
   *     always has 1
   * @param grid_size side of the three planes; of the dynamic field, cells of time
   */
  public record Config(
      @Default("8") int net_depth,
      @Default("256") int net_width,
      @Default("4") int skip_layer,
      @Default("1") int net_depth_condition,
      @Default("128") int net_width_condition,
      @Default("3") int coord_dim,
      @Default("512") int grid_size) {
    /** Checks the sizes. */
    public Config {
      if (net_depth < 1 || net_width < 1 || net_depth_condition < 0 || net_width_condition < 1) {
        throw new IllegalArgumentException(
            "net_depth, net_width and net_width_condition must be at least 1 and net_depth_condition at least 0, got %d, %d, %d and %d"
                .formatted(net_depth, net_width, net_width_condition, net_depth_condition));
      }
      if (skip_layer < 0 || grid_size < 1) {
        throw new IllegalArgumentException(
            "skip_layer must be at least 0 and grid_size at least 1, got %d and %d"
                .formatted(skip_layer, grid_size));
      }
      if (coord_dim < 0 || coord_dim > 3) {
        throw new IllegalArgumentException("coord_dim is 0, 1, 2 or 3, got " + coord_dim);
      }
    }
  }

  /**
   * Colour and density at points.
   *
   * @param rgb [n, 3] in (0, 1)
   * @param sigma density, not negative, [n, 1]
   */
  public record Radiance(Tensor rgb, Tensor sigma) {}

  private static final int TIME_CELLS = 5;
  private static final List<Integer> VIEW_CELLS = List.of(10, 3);
  private static final double SCENE_SCALE = 2.0 / 3; // the scene is in [-1.5, 1.5]

  private static final class Mlp extends Layer {
    final SkipMlp base;
    final SkipMlp sigma;
    final SkipMlp bottleneck;
    final SkipMlp rgb;

    Mlp(Config config, CoordinateAwareModulation.Config modulation, int in, int view, Rng rng) {
      int width = config.net_width;
      base =
          child(
              "base",
              new SkipMlp(
                  new SkipMlp.Shape(in, config.net_depth, width, config.skip_layer, 0),
                  modulation,
                  rng));
      sigma = child("sigma_layer", linear(base.width(), 1, rng));
      bottleneck = child("bottleneck_layer", linear(base.width(), width, rng));
      rgb =
          child(
              "rgb_layer",
              new SkipMlp(
                  new SkipMlp.Shape(
                      width + view, config.net_depth_condition, config.net_width_condition, 0, 3),
                  null,
                  rng));
    }

    private static SkipMlp linear(int in, int out, Rng rng) {
      return new SkipMlp(new SkipMlp.Shape(in, 0, 0, 0, out), null, rng);
    }
  }

  private final int coordinates;
  private final SinusoidalEncoding positions;
  private final SinusoidalEncoding views;
  private final Mlp mlp;

  /** A field with Xavier uniform weights, zero biases and grids that change nothing yet. */
  public CamNerf(Config config, Rng rng) {
    this(config, modulation(config), rng);
  }

  /** A field with a modulation of its own. */
  CamNerf(Config config, CoordinateAwareModulation.Config modulation, Rng rng) {
    coordinates = modulation == null ? 0 : modulation.coord_dim();
    var position = new SinusoidalEncoding.Config(3, 0, 10, true);
    var view = new SinusoidalEncoding.Config(3, 0, 4, true);
    positions = child("posi_encoder", new SinusoidalEncoding(position));
    views = child("view_encoder", new SinusoidalEncoding(view));
    mlp = child("mlp", new Mlp(config, modulation, position.size(), view.size(), rng));
  }

  private static CoordinateAwareModulation.Config modulation(Config config) {
    return switch (config.coord_dim) {
      case 0 -> null;
      case 1 -> time(TIME_CELLS);
      case 2 -> new CoordinateAwareModulation.Config(2, VIEW_CELLS, "zeros", false);
      default ->
          new CoordinateAwareModulation.Config(
              3, List.of(config.grid_size, config.grid_size), "zeros", false);
    };
  }

  /** Modulation over time. */
  static CoordinateAwareModulation.Config time(int cells) {
    return new CoordinateAwareModulation.Config(1, List.of(cells), "zeros", false);
  }

  /**
   * The radiance of points.
   *
   * @param position [n, 3], in [-1.5, 1.5] if it modulates
   * @param direction of view, of length 1, [n, 3]
   * @param coord what modulates, in [-1, 1]: time [n, 1] or view [n, 2]; null for coord_dim 0 and 3
   */
  public Radiance forward(Tensor position, Tensor direction, Tensor coord) {
    if (position.dim() != 2 || !Arrays.equals(position.shape(), direction.shape())) {
      throw new IllegalArgumentException(
          "positions and directions must both be [n, 3], got %s and %s"
              .formatted(Arrays.toString(position.shape()), Arrays.toString(direction.shape())));
    }
    boolean given = coordinates == 1 || coordinates == 2;
    if (given && coord == null) {
      throw new IllegalArgumentException(
          "a field with coord_dim %d needs coord [n, %d]".formatted(coordinates, coordinates));
    }
    Tensor modulating = coordinates == 3 ? position.mul(SCENE_SCALE) : coord;
    Tensor h = mlp.base.forward(positions.forward(position), modulating);
    Tensor sigma = mlp.sigma.forward(h, null).relu();
    Tensor seen = Tensor.cat(1, mlp.bottleneck.forward(h, null), views.forward(direction));
    return new Radiance(mlp.rgb.forward(seen, null).sigmoid(), sigma);
  }
}
