package dev.melange.papers.fresh;

import dev.melange.component.Default;
import dev.melange.nn.Init;
import dev.melange.nn.Layer;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * WIRE: complex layers with Gabor wavelets, {@code exp(i omega z - |s z|^2)}, z = W x + b. The
 * output is half the real part, plus one half. Coordinates [n, in] to values [n, out]. Complex
 * numbers are kept as real and imaginary parts, so that weights are plain numbers.
 */
public final class Wire extends UnaryLayer {
  /**
   * Configuration of {@code field/fresh-wire}.
   *
   * @param in_features axes of the coordinates
   * @param hidden_features width before it is divided by the root of 2 and cut
   * @param hidden_layers layers from hidden to hidden features
   * @param out_features channels of the values
   * @param omega_0 frequency factor of the first layer
   * @param scale s of the first layer; the hidden ones have 10
   * @param hidden_omega frequency factor of the hidden layers
   */
  public record Config(
      @Default("2") int in_features,
      @Default("256") int hidden_features,
      @Default("3") int hidden_layers,
      @Default("3") int out_features,
      @Default("10") double omega_0,
      @Default("10") double scale,
      @Default("10") double hidden_omega) {
    /** Checks the sizes. */
    public Config {
      FieldSizes.check(in_features, hidden_features, hidden_layers, out_features);
      if (hidden_features < 2) {
        throw new IllegalArgumentException(
            "hidden_features must be at least 2, got " + hidden_features);
      }
    }

    /** Complex features of a hidden layer. */
    public int width() {
      return (int) (hidden_features / Math.sqrt(2));
    }
  }

  private static final double HIDDEN_SCALE = 10;

  /** Real and imaginary parts; without the latter the number is real. */
  private record Complex(Tensor re, Tensor im) {}

  /** A linear layer with complex weights, or with real ones. */
  private static final class ComplexLinear extends Layer {
    private final Tensor weightRe;
    private final Tensor weightIm; // null for real weights
    private final Tensor biasRe;
    private final Tensor biasIm;

    ComplexLinear(int in, int out, boolean complex, Rng rng) {
      weightRe = parameter("weight_re", Init.defaultWeight(Tensor.empty(out, in), rng));
      weightIm =
          complex ? parameter("weight_im", Init.defaultWeight(Tensor.empty(out, in), rng)) : null;
      biasRe = parameter("bias_re", Init.defaultBias(Tensor.empty(out), weightRe, rng));
      biasIm =
          complex ? parameter("bias_im", Init.defaultBias(Tensor.empty(out), weightRe, rng)) : null;
    }

    Complex forward(Complex x) {
      Tensor re = Nn.linear(x.re, weightRe, biasRe);
      if (weightIm == null) {
        return new Complex(re, null);
      }
      Tensor im = Nn.linear(x.re, weightIm, biasIm);
      return new Complex(
          re.sub(Nn.linear(x.im, weightIm, null)), im.add(Nn.linear(x.im, weightRe, null)));
    }
  }

  private final Config config;
  private final List<ComplexLinear> layers = new ArrayList<>();

  /** A network with PyTorch's initial weights, real and imaginary parts alike. */
  public Wire(Config config, Rng rng) {
    this.config = config;
    int last = config.hidden_layers + 1;
    for (int i = 0; i <= last; i++) {
      int in = i == 0 ? config.in_features : config.width();
      int out = i == last ? config.out_features : config.width();
      layers.add(child("_net." + i, new ComplexLinear(in, out, i > 0, rng)));
    }
  }

  @Override
  public Tensor forward(Tensor x) {
    return rowByRow(x, this::values);
  }

  private Tensor values(Tensor x) {
    Complex h = new Complex(x, null);
    int last = layers.size() - 1;
    for (int i = 0; i < last; i++) {
      Complex z = layers.get(i).forward(h);
      h =
          i == 0
              ? gabor(z, config.omega_0, config.scale)
              : gabor(z, config.hidden_omega, HIDDEN_SCALE);
    }
    return layers.get(last).forward(h).re.mul(0.5).add(0.5);
  }

  private static Complex gabor(Complex z, double omega, double scale) {
    Tensor phase = z.re.mul(omega);
    Tensor squares = z.im == null ? z.re.square() : z.re.square().add(z.im.square());
    Tensor decay = squares.mul(-scale * scale);
    Tensor size = (z.im == null ? decay : decay.sub(z.im.mul(omega))).exp();
    return new Complex(size.mul(phase.cos()), size.mul(phase.sin()));
  }
}
