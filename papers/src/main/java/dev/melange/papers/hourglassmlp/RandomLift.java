package dev.melange.papers.hourglassmlp;

import dev.melange.nn.Init;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * The projection into the wide space, {@code W_in x} without bias, [B, d_in] to [B, d_z]. Its
 * elements are drawn from N(0, 1 / d_in), which gives every coordinate the variance of the inputs'.
 * A fixed one is a buffer: in the weight file, but unknown to optimisers.
 */
final class RandomLift extends UnaryLayer {
  private final Tensor weight; // [d_z, d_in]

  RandomLift(int in, int out, boolean trainable, Rng rng) {
    Tensor drawn = Init.normal(Tensor.empty(out, in), 0, 1 / Math.sqrt(in), rng);
    weight = trainable ? parameter("weight", drawn) : buffer("weight", drawn);
  }

  @Override
  public Tensor forward(Tensor x) {
    return Nn.linear(x, weight, null);
  }
}
