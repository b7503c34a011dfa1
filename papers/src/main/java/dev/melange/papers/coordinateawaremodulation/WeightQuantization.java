package dev.melange.papers.coordinateawaremodulation;

import dev.melange.tensor.Tensor;

/**
 * Weights on a grid of values in (-1, 1): the hyperbolic tangent, rounded towards zero to multiples
 * of {@code 1 / (2^(bits-1) - 1)}. The gradient passes the rounding unchanged.
 *
 * @param bits 2 to 8, or 32 for weights as they are
 */
record WeightQuantization(int bits) {
  private static final int NONE = 32;
  private static final int MOST = 8;

  WeightQuantization {
    if (bits != NONE && (bits < 2 || bits > MOST)) {
      throw new IllegalArgumentException("wbit is 2 to 8, or 32 for none; got " + bits);
    }
  }

  /** That of the heads, which are never coarser than 8 bits. */
  WeightQuantization ofHeads() {
    return new WeightQuantization(Math.max(bits, MOST));
  }

  /** The weights to compute with; null for null. */
  Tensor apply(Tensor weight) {
    if (bits == NONE || weight == null) {
      return weight;
    }
    double levels = (1 << (bits - 1)) - 1;
    Tensor v = weight.tanh();
    Tensor rounded = v.detach().mul(levels).trunc().div(levels);
    return v.add(rounded.sub(v.detach()));
  }
}
