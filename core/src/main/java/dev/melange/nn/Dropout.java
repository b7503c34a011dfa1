package dev.melange.nn;

import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * In training, zeroes each element with a probability and divides the others by the rest; draws
 * from the {@link Rng} bound to the thread. In inference, the identity.
 */
public final class Dropout extends UnaryLayer {
  private final double rate;

  /** The probability of zeroing, in [0, 1). */
  public Dropout(double rate) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException("a dropout rate lies in [0, 1), got " + rate);
    }
    this.rate = rate;
  }

  @Override
  public Tensor forward(Tensor x) {
    if (!isTraining() || rate == 0) {
      return x;
    }
    return apply(x, Rng.bound().bernoulli(1 - rate, x.shape()));
  }

  /** Applies a drawn mask of ones (kept) and zeros, of x's shape. */
  public Tensor apply(Tensor x, Tensor mask) {
    DType type = x.dtype();
    return x.mul(mask.to(type).to(x.device()).mul_(1 / (1 - rate)));
  }
}
