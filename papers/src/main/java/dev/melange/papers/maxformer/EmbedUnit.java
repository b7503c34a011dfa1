package dev.melange.papers.maxformer;

import dev.melange.nn.BatchNorm;
import dev.melange.nn.Conv2d;
import dev.melange.nn.UnaryLayer;
import dev.melange.nn.spiking.Steps;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * A step of a patch embedding: neurons (unless the input is spikes already), convolution without
 * bias, batch norm, and pooling if asked for. [T, B, in, H, W] to [T, B, out, H', W'].
 */
final class EmbedUnit extends UnaryLayer {
  /** What follows the normalisation: 3x3, stride 2, padding 1. */
  enum Pool {
    NONE,
    MAX,
    AVERAGE
  }

  private final UnaryLayer neuron; // null if the input is spikes already
  private final Conv2d conv;
  private final BatchNorm norm;
  private final Pool pool;

  EmbedUnit(
      boolean fires, int in, int out, int kernel, int stride, Pool pool, Neurons neurons, Rng rng) {
    this.pool = pool;
    neuron = fires ? child("embed_lif", neurons.make()) : null;
    Conv2d.Spec spec =
        Conv2d.Spec.of(in, out, kernel).stride(stride).padding(kernel / 2).bias(false);
    conv = child("embed_conv", new Conv2d(spec, rng));
    norm = child("embed_bn", new BatchNorm(out));
  }

  /** Whether this unit has neurons of its own. */
  boolean fires() {
    return neuron != null;
  }

  /** What the convolution sees: the neurons' spikes, or the input if there are no neurons. */
  Tensor spikes(Tensor x) {
    return neuron == null ? x : neuron.forward(x);
  }

  /** What follows the neurons. */
  Tensor project(Tensor spikes) {
    return Steps.apply(
        s -> {
          Tensor y = norm.forward(conv.forward(s));
          return switch (pool) {
            case NONE -> y;
            case MAX -> Nn.maxPool2d(y, 3, 2, 1);
            case AVERAGE -> Nn.avgPool2d(y, 3, 2, 1, false);
          };
        },
        spikes);
  }

  @Override
  public Tensor forward(Tensor x) {
    return project(spikes(x));
  }
}
