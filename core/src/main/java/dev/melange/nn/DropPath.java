package dev.melange.nn;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * Stochastic depth: in training, drops a whole residual branch per sample with a probability and
 * divides the kept ones by the rest; draws from the {@link Rng} bound to the thread.
 */
public final class DropPath extends UnaryLayer {
  private final double rate;
  private final boolean scaleByKeep;

  /** The probability of dropping, in [0, 1); kept branches are scaled. */
  public DropPath(double rate) {
    this(rate, true);
  }

  /** The probability of dropping, in [0, 1). */
  public DropPath(double rate, boolean scaleByKeep) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException("a drop-path rate lies in [0, 1), got " + rate);
    }
    this.rate = rate;
    this.scaleByKeep = scaleByKeep;
  }

  @Override
  public Tensor forward(Tensor x) {
    if (!isTraining() || rate == 0) {
      return x;
    }
    return apply(x, Rng.bound().bernoulli(1 - rate, x.size(0)));
  }

  /**
   * Applies drawn zeros and ones.
   *
   * @param mask [B], 1 where the branch is kept
   */
  public Tensor apply(Tensor x, Tensor mask) {
    long[] shape = new long[x.dim()];
    java.util.Arrays.fill(shape, 1);
    shape[0] = x.size(0);
    Tensor scale = mask.to(x.dtype()).to(x.device()).reshape(shape);
    return x.mul(scaleByKeep ? scale.div(1 - rate) : scale);
  }
}
