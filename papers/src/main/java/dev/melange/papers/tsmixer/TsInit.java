package dev.melange.papers.tsmixer;

import dev.melange.nn.Init;
import dev.melange.nn.Layer;
import dev.melange.nn.Linear;
import dev.melange.tensor.Rng;
import java.util.Map;

/** The release's initial weights: normal with a standard deviation of 0.02, biases 0. */
final class TsInit {
  private static final double STD = 0.02;

  private TsInit() {}

  /** A linear layer with bias. */
  static Linear linear(int in, int out, Rng rng) {
    return initialized(new Linear(in, out, rng), rng);
  }

  /** Draws the weights of all linear layers of a part without norms anew. */
  static <L extends Layer> L initialized(L layer, Rng rng) {
    for (Map.Entry<String, dev.melange.tensor.Tensor> entry : layer.parameters().entrySet()) {
      if (entry.getKey().endsWith("weight")) {
        Init.normal(entry.getValue(), 0, STD, rng);
      } else {
        Init.constant(entry.getValue(), 0);
      }
    }
    return layer;
  }
}
