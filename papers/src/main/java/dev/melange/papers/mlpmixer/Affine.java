package dev.melange.papers.mlpmixer;

import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Tensor;

/**
 * {@code alpha * x + beta} per channel of [B, N, D], ResMLP's replacement of a normalisation; alpha
 * starts at 1, beta at 0.
 */
public final class Affine extends UnaryLayer {
  private final Tensor alpha; // [1, 1, D]
  private final Tensor beta; // [1, 1, D]

  /** Over {@code dim} channels. */
  public Affine(long dim) {
    alpha = parameter("alpha", Tensor.ones(1, 1, dim));
    beta = parameter("beta", Tensor.zeros(1, 1, dim));
  }

  @Override
  public Tensor forward(Tensor x) {
    return beta.addcmul(alpha, x, 1);
  }
}
