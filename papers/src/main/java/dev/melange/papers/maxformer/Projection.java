package dev.melange.papers.maxformer;

import dev.melange.nn.BatchNorm;
import dev.melange.nn.Conv1d;
import dev.melange.nn.Layer;
import dev.melange.nn.UnaryLayer;
import dev.melange.nn.spiking.Steps;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.function.BiConsumer;

/**
 * A map of the channels of all positions with batch norm, for the queries, keys, values and outputs
 * of an attention. The weights are those of a convolution over the flattened positions; computed is
 * the same as one over the map, whose float32 product is faster.
 */
final class Projection {
  /** Threshold of the neurons behind an attention's product. */
  static final double HALF = 0.5;

  private final Conv1d conv;
  private final BatchNorm norm;
  private final UnaryLayer neuron; // null if the result stays real-valued

  /**
   * Makes the parts.
   *
   * @param register takes NAME_conv, NAME_bn and NAME_lif
   * @param neurons what the result goes through; null if it stays as it is
   */
  Projection(
      BiConsumer<String, Layer> register,
      String name,
      int dim,
      boolean bias,
      Neurons neurons,
      Rng rng) {
    conv = new Conv1d(Conv1d.Spec.of(dim, dim, 1).bias(bias), rng);
    norm = new BatchNorm(dim);
    neuron = neurons == null ? null : neurons.make();
    register.accept(name + "_conv", conv);
    register.accept(name + "_bn", norm);
    if (neuron != null) {
      register.accept(name + "_lif", neuron);
    }
  }

  /** [T, B, C, H, W] to the same shape. */
  Tensor apply(Tensor x) {
    Tensor y =
        Steps.apply(in -> norm.forward(Nn.conv2d(in, conv.weight().unsqueeze(3), conv.bias())), x);
    return neuron == null ? y : neuron.forward(y);
  }
}
