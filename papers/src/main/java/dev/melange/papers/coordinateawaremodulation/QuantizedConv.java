package dev.melange.papers.coordinateawaremodulation;

import dev.melange.nn.Init;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** Convolution with quantised weights and biases that keeps the size: [B, in, h, w] to out. */
final class QuantizedConv extends UnaryLayer {
  private static final long[] ONE = {1};

  private final WeightQuantization quantization;
  private final long[] padding;
  private final long groups;
  private final Tensor weight;
  private final Tensor bias; // null without

  /** A convolution with PyTorch's initial weights; the kernel is odd. */
  QuantizedConv(
      int in,
      int out,
      int kernel,
      int groups,
      boolean bias,
      WeightQuantization quantization,
      Rng rng) {
    this.quantization = quantization;
    this.groups = groups;
    padding = new long[] {kernel / 2};
    weight =
        parameter(
            "weight", Init.defaultWeight(Tensor.empty(out, in / groups, kernel, kernel), rng));
    this.bias = bias ? parameter("bias", Init.defaultBias(Tensor.empty(out), weight, rng)) : null;
  }

  /** Channels of the input. */
  long in() {
    return weight.size(1) * groups;
  }

  @Override
  public Tensor forward(Tensor x) {
    return Nn.conv2d(
        x, quantization.apply(weight), quantization.apply(bias), ONE, padding, ONE, groups);
  }
}
