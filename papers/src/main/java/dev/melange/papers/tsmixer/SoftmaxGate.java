package dev.melange.papers.tsmixer;

import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** {@code u * softmax(W u + b)} over the last dimension: damps what does not matter. */
final class SoftmaxGate extends UnaryLayer {
  private final Linear attention;

  SoftmaxGate(int size, Rng rng) {
    attention = child("attn_layer", TsInit.linear(size, size, rng));
  }

  /** The weights of the gate, positive and summing to 1. */
  Tensor weights(Tensor u) {
    return attention.forward(u).softmax(-1);
  }

  @Override
  public Tensor forward(Tensor u) {
    return u.mul(weights(u));
  }
}
