package dev.melange.papers.coordinateawaremodulation;

import dev.melange.component.Default;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * An image as an MLP of random Fourier features of the pixels' coordinates, each hidden layer
 * standardised and modulated (section 4.1); without that, the Fourier feature network it is
 * compared with. Coordinates [1, n, 2] or [n, 2] in [0, 1], row first, to colours [1, n, out] or
 * [n, out] in (0, 1).
 */
public final class CamImage extends UnaryLayer {
  /**
   * Configuration of {@code field/cam-image}.
   *
   * @param modulated whether the hidden layers are standardised and modulated
   * @param out_features channels of the image
   * @param hidden_features width
   * @param num_layers hidden layers
   * @param num_frequencies random frequencies, of a sine and a cosine each
   * @param sigma factor of the frequencies
   * @param scale of the Fourier features; -1 for none
   * @param grid_w cells of the modulation along the second coordinate's axis of the tensor
   * @param grid_h likewise along the last axis
   */
  public record Config(
      @Default("true") boolean modulated,
      @Default("3") int out_features,
      @Default("256") int hidden_features,
      @Default("3") int num_layers,
      @Default("256") int num_frequencies,
      @Default("10") double sigma,
      @Default("-1") double scale,
      @Default("32") int grid_w,
      @Default("32") int grid_h) {
    /** Checks the sizes. */
    public Config {
      if (out_features < 1 || hidden_features < 1 || num_layers < 0) {
        throw new IllegalArgumentException(
            "out_features and hidden_features must be at least 1 and num_layers at least 0, got %d, %d and %d"
                .formatted(out_features, hidden_features, num_layers));
      }
    }
  }

  private final RandomFourierFeatures encoding;
  private final CoordinateAwareModulation.Config modulation; // null without
  private final List<Linear> layers = new ArrayList<>();
  private final List<Tensor> grids = new ArrayList<>();

  /** A network with PyTorch's initial weights. */
  public CamImage(Config config, Rng rng) {
    encoding =
        child(
            "pos_enc",
            new RandomFourierFeatures(
                new RandomFourierFeatures.Config(
                    2, config.num_frequencies, config.sigma, config.scale, 1),
                rng));
    modulation =
        config.modulated
            ? new CoordinateAwareModulation.Config(
                2, List.of(config.grid_w, config.grid_h), "border", true)
            : null;
    int in = 2 * config.num_frequencies;
    for (int i = 0; i < config.num_layers; i++) {
      layers.add(child("FC_" + i + ".linear", new Linear(in, config.hidden_features, rng)));
      if (config.modulated) {
        Tensor grid = CoordinateAwareModulation.identity(modulation);
        grids.add(parameter("FC_" + i + ".affine", grid));
      }
      in = config.hidden_features;
    }
    layers.add(child("FC_final.linear", new Linear(in, config.out_features, rng)));
  }

  @Override
  public Tensor forward(Tensor coords) {
    Tensor points = coords.reshape(-1, 2);
    Tensor colours = rowByRow(points, this::colours);
    return coords.dim() == 2
        ? colours
        : colours.reshape(coords.size(0), coords.size(1), colours.size(1));
  }

  private Tensor colours(Tensor points) {
    Tensor h = scoped(() -> encoding.forward(points));
    int last = layers.size() - 1;
    for (int i = 0; i < last; i++) {
      h = Scope.replace(h, layers.get(i)::forward);
      if (modulation != null) {
        Tensor grid = grids.get(i);
        h = Scope.replace(h, x -> modulated(x, points, grid));
      }
      h = Scope.replace(h, Tensor::relu);
    }
    return layers.get(last).forward(h).sigmoid();
  }

  private Tensor modulated(Tensor x, Tensor points, Tensor grid) {
    Tensor centred = points.mul(2.0).sub(1.0);
    return CoordinateAwareModulation.modulate(x, centred, grid, modulation);
  }

  /** The grids of the layers, [1, 2, grid_w, grid_h] each; none without modulation. */
  List<Tensor> grids() {
    return grids;
  }
}
