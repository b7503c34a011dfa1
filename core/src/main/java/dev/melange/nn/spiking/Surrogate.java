package dev.melange.nn.spiking;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What replaces the derivative of a spike with respect to {@code u}, potential minus threshold. */
public enum Surrogate {
  /** {@code alpha s(alpha u) (1 - s(alpha u))} with the logistic function s; alpha 4 by default. */
  SIGMOID(4) {
    @Override
    Tensor slope(Tensor u, double alpha) {
      Tensor s = u.mul(alpha).sigmoid();
      return s.mul(s.rsub(1)).mul(alpha);
    }

    @Override
    void slope(float[] u, float[] out, int n, float alpha) {
      for (int i = 0; i < n; i++) {
        // e = exp(-a) as the 16th power of a polynomial: simple arithmetic on arrays is what the
        // compiler turns into vector instructions. Off by at most 2e-6 of the slope at 0.
        float a = Math.min(Math.abs(u[i] * alpha), 20f) * -0.0625f;
        float e =
            1f
                + a
                    * (1f
                        + a
                            * (0.5f
                                + a
                                    * (1f / 6
                                        + a
                                            * (1f / 24
                                                + a
                                                    * (1f / 120
                                                        + a * (1f / 720 + a * (1f / 5040)))))));
        e *= e;
        e *= e;
        e *= e;
        e *= e;
        float d = 1f + e;
        out[i] = alpha * e / (d * d);
      }
    }
  },

  /** {@code (alpha / 2) / (1 + (pi / 2 alpha u)^2)}; alpha 2 by default. */
  ATAN(2) {
    @Override
    Tensor slope(Tensor u, double alpha) {
      return u.mul(Math.PI / 2 * alpha).square().add(1).reciprocal().mul(alpha / 2);
    }

    @Override
    void slope(float[] u, float[] out, int n, float alpha) {
      float half = alpha / 2;
      float scale = (float) (Math.PI / 2 * alpha);
      for (int i = 0; i < n; i++) {
        float a = u[i] * scale;
        out[i] = half / (1f + a * a);
      }
    }
  };

  private final double defaultAlpha;

  Surrogate(double defaultAlpha) {
    this.defaultAlpha = defaultAlpha;
  }

  /** The steepness unless another is asked for. */
  public double defaultAlpha() {
    return defaultAlpha;
  }

  /** The slope at u, of any shape and floating-point type. */
  abstract Tensor slope(Tensor u, double alpha);

  /** The slope at the first n elements of u. */
  abstract void slope(float[] u, float[] out, int n, float alpha);

  /**
   * Spikes: 1 where u is at least 0, 0 elsewhere. The gradient is the upstream one times the slope.
   *
   * @param u potential minus threshold, of any shape
   * @param alpha steepness of the slope
   */
  public Tensor spikes(Tensor u, double alpha) {
    Tensor[] saved = new Tensor[1];
    return Autograd.custom(
        inputs -> {
          saved[0] = inputs[0];
          return inputs[0].ge(0).to(inputs[0].dtype());
        },
        gradient -> new Tensor[] {gradient.mul(slope(saved[0], alpha))},
        u);
  }

  /**
   * The surrogate of a name as configurations write it.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Surrogate of(String name) {
    List<String> known = Arrays.stream(values()).map(Surrogate::key).toList();
    int index = known.indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException("unknown surrogate '" + name + "'; known: " + known);
    }
    return values()[index];
  }

  /** The name in configurations. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
