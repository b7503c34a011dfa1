package dev.melange.papers.raftmlp;

import dev.melange.nn.DropPath;
import dev.melange.nn.Dropout;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * The branch that all MLPs of the network share behind their normalisations: linear, exact GELU,
 * dropout, linear, dropout, stochastic depth. Over the last dimension, which keeps its size; the
 * first counts the samples. The linear layers are called {@code fn.0} and {@code fn.3}.
 */
final class ResidualMlp extends UnaryLayer {
  private final Linear expand;
  private final Linear contract;
  private final Dropout drop;
  private final DropPath dropPath;

  ResidualMlp(long width, long factor, double dropout, double dropPathRate, Rng rng) {
    expand = child("fn.0", new Linear(width, width * factor, rng));
    contract = child("fn.3", new Linear(width * factor, width, rng));
    drop = child("fn.4", new Dropout(dropout));
    dropPath = child("drop", new DropPath(dropPathRate));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor hidden = drop.forward(expand.forward(x).gelu());
    return dropPath.forward(drop.forward(contract.forward(hidden)));
  }

  /** {@code fn.3.weight fn.0.weight}: the MLP without its non-linearity, [width, width]. */
  Tensor product() {
    return contract.weight().matmul(expand.weight());
  }
}
