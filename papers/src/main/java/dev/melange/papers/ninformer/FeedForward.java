package dev.melange.papers.ninformer;

import dev.melange.nn.Dropout;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * Linear, exact GELU, dropout, linear, dropout over the last dimension: [..., width] to [...,
 * width]. The linear layers are called {@code net.0} and {@code net.3}.
 */
final class FeedForward extends UnaryLayer {
  private final Linear expand;
  private final Linear contract;
  private final Dropout drop;

  FeedForward(int width, int hidden, double dropout, Rng rng) {
    expand = child("net.0", new Linear(width, hidden, rng));
    drop = child("net.2", new Dropout(dropout));
    contract = child("net.3", new Linear(hidden, width, rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    return drop.forward(contract.forward(drop.forward(expand.forward(x).gelu())));
  }
}
