package dev.melange.papers.fresh;

import dev.melange.component.Default;
import dev.melange.nn.Init;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * SIREN as FreSh has it: layers {@code sin(W (omega x) + b)}, whose frequency factor multiplies the
 * input and not the bias. Coordinates [n, in] to values [n, out].
 */
public final class Siren extends UnaryLayer {
  /**
   * Configuration of {@code field/fresh-siren}.
   *
   * @param in_features axes of the coordinates
   * @param hidden_features width
   * @param hidden_layers layers from hidden to hidden features
   * @param out_features channels of the values
   * @param omega_0 frequency factor of the first layer
   * @param hidden_omega frequency factor of the others
   * @param apply_omega_when_linear whether the last layer has the factor too
   * @param boost_bias whether the factor multiplies the bias, too, in all layers but the first
   */
  public record Config(
      @Default("2") int in_features,
      @Default("256") int hidden_features,
      @Default("3") int hidden_layers,
      @Default("3") int out_features,
      @Default("30") double omega_0,
      @Default("30") double hidden_omega,
      @Default("true") boolean apply_omega_when_linear,
      @Default("false") boolean boost_bias) {
    /** Checks the sizes. */
    public Config {
      FieldSizes.check(in_features, hidden_features, hidden_layers, out_features);
    }
  }

  private static final double WEIGHT_CONSTANT = 6;

  private final Config config;
  private final List<Linear> layers = new ArrayList<>();

  /** A network whose first weights are uniform. */
  public Siren(Config config, Rng rng) {
    this(config, 1, rng);
  }

  /**
   * A network.
   *
   * @param beta of the symmetric beta distribution of the first weights; 1 for a uniform one
   */
  public Siren(Config config, double beta, Rng rng) {
    this.config = config;
    int last = config.hidden_layers + 1;
    for (int i = 0; i <= last; i++) {
      int in = i == 0 ? config.in_features : config.hidden_features;
      int out = i == last ? config.out_features : config.hidden_features;
      Linear linear = child("_net." + i + ".linear", new Linear(in, out, rng));
      if (i == 0) {
        firstWeights(linear.weight(), beta, rng);
      } else {
        double bound = Math.sqrt(WEIGHT_CONSTANT / in) / omega(i);
        Init.uniform(linear.weight(), -bound, bound, rng);
      }
      layers.add(linear);
    }
  }

  private static void firstWeights(Tensor weight, double beta, Rng rng) {
    double in = (double) weight.size(1);
    if (beta == 1) {
      Init.uniform(weight, -1 / in, 1 / in, rng);
      return;
    }
    float[] drawn = new float[(int) weight.numel()];
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] = (float) ((2 * rng.beta(beta, beta) - 1) / in);
    }
    weight.setData(Tensor.of(drawn, weight.shape()));
  }

  private double omega(int layer) {
    if (layer == 0) {
      return config.omega_0;
    }
    boolean last = layer == config.hidden_layers + 1;
    return last && !config.apply_omega_when_linear ? 1 : config.hidden_omega;
  }

  @Override
  public Tensor forward(Tensor x) {
    return rowByRow(x, this::values);
  }

  private Tensor values(Tensor x) {
    Tensor h = x;
    for (int i = 0; i < layers.size(); i++) {
      Linear linear = layers.get(i);
      Tensor z =
          i > 0 && config.boost_bias
              ? linear.forward(h).mul(omega(i))
              // the factor on the weights is the same as on the input, and there are fewer of them
              : Nn.linear(h, linear.weight().mul(omega(i)), linear.bias());
      h = i == layers.size() - 1 ? z : z.sin();
    }
    return h;
  }
}
