package dev.melange.papers.fresh;

import dev.melange.component.Default;
import dev.melange.nn.Init;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * FINER: layers {@code sin(omega (|z| + 1) z)}, z = W x + b, whose frequency grows with z, and so
 * with the bias of the first layer. Coordinates [n, in] to values [n, out].
 */
public final class Finer extends UnaryLayer {
  /**
   * Configuration of {@code field/fresh-finer}.
   *
   * @param in_features axes of the coordinates
   * @param hidden_features width
   * @param hidden_layers layers from hidden to hidden features
   * @param out_features channels of the values
   * @param omega_0 frequency factor of the first layer
   * @param hidden_omega frequency factor of the hidden ones
   * @param first_bias_scale bound of the first layer's initial biases; null for PyTorch's
   * @param scale_req_grad whether the factor |z| + 1 has a gradient
   */
  public record Config(
      @Default("2") int in_features,
      @Default("256") int hidden_features,
      @Default("3") int hidden_layers,
      @Default("3") int out_features,
      @Default("30") double omega_0,
      @Default("30") double hidden_omega,
      @Default("null") Double first_bias_scale,
      @Default("false") boolean scale_req_grad) {
    /** Checks the sizes. */
    public Config {
      FieldSizes.check(in_features, hidden_features, hidden_layers, out_features);
      if (first_bias_scale != null && !(first_bias_scale >= 0)) {
        throw new IllegalArgumentException(
            "first_bias_scale is at least 0, or null for PyTorch's; got " + first_bias_scale);
      }
    }
  }

  private static final double WEIGHT_CONSTANT = 6;

  private final Config config;
  private final List<Linear> layers = new ArrayList<>();

  /** A network with SIREN's initial weights. */
  public Finer(Config config, Rng rng) {
    this.config = config;
    int last = config.hidden_layers + 1;
    for (int i = 0; i <= last; i++) {
      int in = i == 0 ? config.in_features : config.hidden_features;
      int out = i == last ? config.out_features : config.hidden_features;
      Linear linear = child("_net." + i + (i == last ? "" : ".linear"), new Linear(in, out, rng));
      double bound = i == 0 ? 1.0 / in : Math.sqrt(WEIGHT_CONSTANT / in) / config.hidden_omega;
      Init.uniform(linear.weight(), -bound, bound, rng);
      layers.add(linear);
    }
    if (config.first_bias_scale != null) {
      double scale = config.first_bias_scale;
      Init.uniform(layers.get(0).bias(), -scale, scale, rng);
    }
  }

  @Override
  public Tensor forward(Tensor x) {
    return rowByRow(x, this::values);
  }

  private Tensor values(Tensor x) {
    Tensor h = x;
    for (int i = 0; i < layers.size() - 1; i++) {
      Tensor z = layers.get(i).forward(h);
      Tensor scale = (config.scale_req_grad ? z : z.detach()).abs().add(1.0);
      h = z.mul(scale).mul(i == 0 ? config.omega_0 : config.hidden_omega).sin();
    }
    return layers.get(layers.size() - 1).forward(h);
  }
}
