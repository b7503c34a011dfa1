package dev.melange.papers.affnet;

import dev.melange.nn.Activation;
import dev.melange.nn.BatchNorm;
import dev.melange.nn.Conv2d;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** A convolution without bias, batch norm, and an activation, under the official names. */
final class ConvBlock extends UnaryLayer {
  private final Conv2d conv;
  private final BatchNorm norm;
  private final Activation activation;

  ConvBlock(Conv2d.Spec spec, Activation activation, Rng rng) {
    conv = child("block.conv", new Conv2d(spec.bias(false), rng));
    norm = child("block.norm", new BatchNorm(spec.out()));
    this.activation = activation;
  }

  /** With a filter of one pixel. */
  static ConvBlock pointwise(int in, int out, Activation activation, Rng rng) {
    return new ConvBlock(Conv2d.Spec.of(in, out, 1), activation, rng);
  }

  /** The activation of a name in configurations: {@code swish} or {@code relu}. */
  static Activation activation(String name) {
    return name.equals("swish") ? Activation.SILU : Activation.of(name);
  }

  @Override
  public Tensor forward(Tensor x) {
    return activation.apply(norm.forwardAfter(conv, x));
  }
}
