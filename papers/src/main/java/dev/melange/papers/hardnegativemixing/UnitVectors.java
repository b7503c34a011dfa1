package dev.melange.papers.hardnegativemixing;

import dev.melange.tensor.Tensor;

/** Vectors on the unit sphere. */
final class UnitVectors {
  /** Shorter vectors are divided by this instead of their length. */
  private static final double EPS = 1e-12;

  private UnitVectors() {}

  /** The vectors along the last dimension, each divided by its length. */
  static Tensor of(Tensor x) {
    return x.div(x.normKeep(2, -1).clampMin(EPS));
  }
}
