package dev.melange.papers.fresh;

import dev.melange.component.Default;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * An MLP of random Fourier features of the coordinates: cosines and sines of {@code 2 pi B x} with
 * a fixed normal matrix B. Coordinates [n, in] to values [n, out].
 */
public final class FourierField extends UnaryLayer {
  /**
   * Configuration of {@code field/fresh-fourier}.
   *
   * @param in_features axes of the coordinates
   * @param hidden_features width, even
   * @param hidden_layers layers from hidden to hidden features
   * @param out_features channels of the values
   * @param sigma standard deviation of B; of the initial matrix only
   */
  public record Config(
      @Default("2") int in_features,
      @Default("256") int hidden_features,
      @Default("3") int hidden_layers,
      @Default("3") int out_features,
      @Default("1") double sigma) {
    /** Checks the sizes. */
    public Config {
      FieldSizes.check(in_features, hidden_features, hidden_layers, out_features);
      if (hidden_features % 2 != 0) {
        throw new IllegalArgumentException(
            "hidden_features are cosines and sines and must be even, got " + hidden_features);
      }
    }
  }

  private final Tensor frequencies; // B, [hidden / 2, in]
  private final List<Linear> layers = new ArrayList<>();

  /** A network with PyTorch's initial weights. */
  public FourierField(Config config, Rng rng) {
    int hidden = config.hidden_features;
    frequencies = buffer("_net.0.b", rng.normal(hidden / 2, config.in_features).mul(config.sigma));
    for (int i = 0; i <= config.hidden_layers; i++) {
      int out = i == config.hidden_layers ? config.out_features : hidden;
      layers.add(child("_net." + (2 * i + 1), new Linear(hidden, out, rng)));
    }
  }

  @Override
  public Tensor forward(Tensor x) {
    return rowByRow(x, this::values);
  }

  private Tensor values(Tensor x) {
    Tensor phase = x.matmul(frequencies.t()).mul(2 * Math.PI);
    Tensor h = Tensor.cat(1, phase.cos(), phase.sin());
    for (int i = 0; i < layers.size() - 1; i++) {
      h = layers.get(i).forward(h).relu();
    }
    return layers.get(layers.size() - 1).forward(h);
  }
}
