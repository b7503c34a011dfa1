package dev.melange.papers.coordinateawaremodulation;

import dev.melange.nn.Init;
import dev.melange.nn.Layer;
import dev.melange.nn.Linear;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The MLP of radiance fields: ReLU layers, after some of which the input is appended again, with a
 * modulation before each ReLU if asked for. [n, in] to [n, {@link #width}].
 */
final class SkipMlp extends Layer {
  /**
   * Its shape.
   *
   * @param in input features
   * @param depth hidden layers
   * @param width their features
   * @param skip the input is appended after layers skip, 2 skip, ...; 0 for never
   * @param out features of a last linear layer; 0 for none
   */
  record Shape(int in, int depth, int width, int skip, int out) {
    private boolean appends(int layer) {
      return skip > 0 && layer > 0 && layer % skip == 0;
    }
  }

  private final Shape shape;
  private final CoordinateAwareModulation.Config modulation; // null without
  private final List<Linear> layers = new ArrayList<>();
  private final List<Tensor> grids = new ArrayList<>();
  private final Linear last; // null without
  private final int width;

  /** An MLP with Xavier uniform weights and no biases yet. */
  SkipMlp(Shape shape, CoordinateAwareModulation.Config modulation, Rng rng) {
    this.shape = shape;
    this.modulation = modulation;
    int in = shape.in;
    for (int i = 0; i < shape.depth; i++) {
      layers.add(child("hidden_layers." + i, xavier(in, shape.width, rng)));
      if (modulation != null) {
        grids.add(parameter("affines." + i, CoordinateAwareModulation.identity(modulation)));
      }
      in = shape.appends(i) ? shape.width + shape.in : shape.width;
    }
    last = shape.out > 0 ? child("output_layer", xavier(in, shape.out, rng)) : null;
    width = last == null ? in : shape.out;
  }

  private static Linear xavier(int in, int out, Rng rng) {
    Linear linear = new Linear(in, out, rng);
    Init.xavierUniform(linear.weight(), 1, rng);
    Init.constant(linear.bias(), 0);
    return linear;
  }

  /** Features of the output. */
  int width() {
    return width;
  }

  /** The weights of the last linear layer. */
  Tensor lastWeight() {
    return last.weight();
  }

  /**
   * Computes the output.
   *
   * @param coord of the modulation; ignored without one
   */
  Tensor forward(Tensor x, Tensor coord) {
    Tensor h = x;
    for (int i = 0; i < layers.size(); i++) {
      h = layers.get(i).forward(h);
      if (modulation != null) {
        h = CoordinateAwareModulation.modulate(h, coord, grids.get(i), modulation);
      }
      h = h.relu();
      if (shape.appends(i)) {
        h = Tensor.cat(1, h, x);
      }
    }
    return last == null ? h : last.forward(h);
  }
}
