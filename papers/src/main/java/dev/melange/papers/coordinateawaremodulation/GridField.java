package dev.melange.papers.coordinateawaremodulation;

import dev.melange.component.Default;
import dev.melange.nn.Init;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A grid of features over a line, a plane or a volume, whose interpolated values go into an MLP, a
 * baseline. Coordinates [n, 1 to 3] in [0, 1] to values [n, out].
 */
public final class GridField extends UnaryLayer {
  /**
   * Configuration of {@code field/grid}.
   *
   * @param grid cells along each axis, such as [Ga, Gb] for a plane; the first coordinate indexes
   *     the last axis
   * @param grid_features features of a cell
   * @param hidden_features width
   * @param num_layers hidden layers
   * @param out_features values at a point
   * @param sigmoid whether values are mapped to (0, 1)
   */
  public record Config(
      @Default("[32, 32]") List<Integer> grid,
      @Default("16") int grid_features,
      @Default("64") int hidden_features,
      @Default("2") int num_layers,
      @Default("3") int out_features,
      @Default("true") boolean sigmoid) {
    /** Checks the sizes. */
    public Config {
      grid = List.copyOf(grid);
      if (grid.isEmpty() || grid.size() > 3 || grid.stream().anyMatch(cells -> cells < 1)) {
        throw new IllegalArgumentException("grid is one to three sizes of at least 1, got " + grid);
      }
      if (grid_features < 1 || hidden_features < 1 || num_layers < 0 || out_features < 1) {
        throw new IllegalArgumentException(
            "grid_features, hidden_features and out_features must be at least 1 and num_layers at least 0, got %d, %d, %d and %d"
                .formatted(grid_features, hidden_features, out_features, num_layers));
      }
    }
  }

  private static final double FIRST_FEATURES = 1e-4;

  private final Config config;
  private final Tensor grid; // [1, g, Ga, Gb] for a plane
  private final List<Linear> layers = new ArrayList<>();
  private final Linear last;

  /** A field with small uniform features and PyTorch's initial weights. */
  public GridField(Config config, Rng rng) {
    this.config = config;
    Tensor cells =
        Tensor.empty(
            LongStream.concat(
                    LongStream.of(1, config.grid_features),
                    config.grid.stream().mapToLong(Integer::longValue))
                .toArray());
    grid = parameter("grid", Init.uniform(cells, -FIRST_FEATURES, FIRST_FEATURES, rng));
    int in = config.grid_features;
    for (int i = 0; i < config.num_layers; i++) {
      layers.add(child("net." + i, new Linear(in, config.hidden_features, rng)));
      in = config.hidden_features;
    }
    last = child("last", new Linear(in, config.out_features, rng));
  }

  @Override
  public Tensor forward(Tensor coords) {
    Tensor h = GridSampling.at(grid, coords.mul(2.0).sub(1.0), true);
    for (Linear layer : layers) {
      h = layer.forward(h).relu();
    }
    Tensor values = last.forward(h);
    return config.sigmoid ? values.sigmoid() : values;
  }
}
