package dev.melange.nn;

import dev.melange.tensor.Tensor;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Element-wise non-linearities by the names used in configurations. */
public enum Activation {
  /** {@code x * Phi(x)}, exact. */
  GELU(Tensor::gelu),
  /** The tanh approximation of GELU. */
  GELU_NEW(Tensor::geluTanh),
  /** {@code max(x, 0)}. */
  RELU(Tensor::relu),
  /** {@code x * sigmoid(x)}. */
  SILU(Tensor::silu),
  /** {@code 1 / (1 + exp(-x))}. */
  SIGMOID(Tensor::sigmoid),
  /** Hyperbolic tangent. */
  TANH(Tensor::tanh),
  /** No change. */
  IDENTITY(x -> x);

  private final UnaryOperator<Tensor> function;

  Activation(UnaryOperator<Tensor> function) {
    this.function = function;
  }

  /** Applies the function. */
  public Tensor apply(Tensor x) {
    return function.apply(x);
  }

  /**
   * The activation of a name, in any case ({@code gelu}, {@code gelu_new}, {@code relu}, ...).
   *
   * @throws IllegalArgumentException for an unknown name
   */
  public static Activation of(String name) {
    for (Activation activation : values()) {
      if (activation.name().toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) {
        return activation;
      }
    }
    throw new IllegalArgumentException(
        "unknown activation '"
            + name
            + "'; known: "
            + java.util.Arrays.toString(values()).toLowerCase(Locale.ROOT));
  }

  /** The activation as a layer without parameters. */
  public UnaryLayer layer() {
    return new UnaryLayer() {
      @Override
      public Tensor forward(Tensor x) {
        return function.apply(x);
      }
    };
  }
}
