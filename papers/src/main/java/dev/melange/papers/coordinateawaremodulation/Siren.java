package dev.melange.papers.coordinateawaremodulation;

import dev.melange.component.Default;
import dev.melange.nn.Init;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * SIREN, a baseline: layers {@code sin(omega (W x + b))} and a linear one. Coordinates [..., in] to
 * values [..., out].
 */
public final class Siren extends UnaryLayer {
  /**
   * Configuration of {@code field/siren}.
   *
   * @param in_features coordinates of a point
   * @param hidden_features width
   * @param num_layers layers with sines
   * @param out_features values at a point
   * @param omega_0 frequency factor of the first layer
   * @param omega_hidden frequency factor of the others
   */
  public record Config(
      @Default("2") int in_features,
      @Default("256") int hidden_features,
      @Default("3") int num_layers,
      @Default("3") int out_features,
      @Default("30") double omega_0,
      @Default("30") double omega_hidden) {
    /** Checks the sizes. */
    public Config {
      if (in_features < 1 || hidden_features < 1 || num_layers < 1 || out_features < 1) {
        throw new IllegalArgumentException(
            "in_features, hidden_features, num_layers and out_features must be at least 1, got %d, %d, %d and %d"
                .formatted(in_features, hidden_features, num_layers, out_features));
      }
      if (!(omega_hidden > 0)) {
        throw new IllegalArgumentException("omega_hidden must be positive, got " + omega_hidden);
      }
    }
  }

  private final Config config;
  private final List<Linear> layers = new ArrayList<>();
  private final Linear last;

  /** A network with SIREN's initial weights and PyTorch's initial biases. */
  public Siren(Config config, Rng rng) {
    this.config = config;
    int in = config.in_features;
    for (int i = 0; i < config.num_layers; i++) {
      Linear layer = child("net." + i, new Linear(in, config.hidden_features, rng));
      double bound = i == 0 ? 1.0 / in : hiddenBound();
      Init.uniform(layer.weight(), -bound, bound, rng);
      layers.add(layer);
      in = config.hidden_features;
    }
    last = child("last", new Linear(in, config.out_features, rng));
    Init.uniform(last.weight(), -hiddenBound(), hiddenBound(), rng);
  }

  private double hiddenBound() {
    return Math.sqrt(6.0 / config.hidden_features) / config.omega_hidden;
  }

  @Override
  public Tensor forward(Tensor coords) {
    Tensor h = coords;
    for (int i = 0; i < layers.size(); i++) {
      h = layers.get(i).forward(h).mul(i == 0 ? config.omega_0 : config.omega_hidden).sin();
    }
    return last.forward(h);
  }
}
