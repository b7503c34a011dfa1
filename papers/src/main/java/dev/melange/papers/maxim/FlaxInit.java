package dev.melange.papers.maxim;

import dev.melange.nn.Conv2d;
import dev.melange.nn.ConvTranspose2d;
import dev.melange.nn.Init;
import dev.melange.nn.Linear;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** Layers with the initial weights of the official Flax code. */
final class FlaxInit {
  private static final double NARROW = 0.02;
  // standard deviation of a normal distribution cut at two of them
  private static final double CUT = 0.8796256610342398;

  private FlaxInit() {}

  /** Weights N(0, 0.02^2) and biases 0: what mixes inside the gated MLPs. */
  static Linear narrow(long in, long out, boolean bias, Rng rng) {
    Linear linear = new Linear(in, out, bias, rng);
    Init.normal(linear.weight(), 0, NARROW, rng);
    bias(linear.bias(), 0);
    return linear;
  }

  /** Weights N(0, 0.02^2) and biases 1: a gate that starts open. */
  static Linear openGate(long positions, boolean bias, Rng rng) {
    Linear linear = narrow(positions, positions, bias, rng);
    bias(linear.bias(), 1);
    return linear;
  }

  /** LeCun normal weights and biases 0. */
  static Linear dense(long in, long out, boolean bias, Rng rng) {
    Linear linear = new Linear(in, out, bias, rng);
    Init.lecunNormal(linear.weight(), rng);
    bias(linear.bias(), 0);
    return linear;
  }

  /** A convolution with LeCun normal weights and biases 0. */
  static Conv2d conv(Conv2d.Spec spec, Rng rng) {
    Conv2d conv = new Conv2d(spec, rng);
    Init.lecunNormal(conv.weight(), rng);
    bias(conv.bias(), 0);
    return conv;
  }

  /** A 1x1 convolution. */
  static Conv2d pointwise(long in, long out, boolean bias, Rng rng) {
    return conv(Conv2d.Spec.of(in, out, 1).bias(bias), rng);
  }

  /** A 3x3 convolution that keeps the size. */
  static Conv2d conv3x3(long in, long out, boolean bias, Rng rng) {
    return conv(Conv2d.Spec.of(in, out, 3).padding(1).bias(bias), rng);
  }

  /** A transposed 2x2 convolution that doubles the size. */
  static ConvTranspose2d doubling(long in, long out, boolean bias, Rng rng) {
    ConvTranspose2d conv =
        new ConvTranspose2d(ConvTranspose2d.Spec.of(in, out, 2).stride(2).bias(bias), rng);
    double std = Math.sqrt(1.0 / (4.0 * in)) / CUT;
    Init.truncatedNormal(conv.weight(), 0, std, -2 * std, 2 * std, rng);
    bias(conv.bias(), 0);
    return conv;
  }

  private static void bias(Tensor bias, double value) {
    if (bias != null) {
      Init.constant(bias, value);
    }
  }
}
