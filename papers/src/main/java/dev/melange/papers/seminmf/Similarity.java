package dev.melange.papers.seminmf;

import dev.melange.tensor.Tensor;
import java.util.Arrays;

/** How alike two vectors are, for judging whether an activation expresses a feature. */
public enum Similarity {
  /** Share of b's variance that a explains; a is taken as a prediction of b. */
  R2,
  /** Cosine of the angle. */
  COSINE,
  /** Pearson's correlation. */
  CORR,
  /** Mean squared difference; smaller is more alike. */
  MSE;

  private static final double EPS = 1e-8;

  /** What is done to both vectors first. */
  public enum Scaling {
    /** Nothing. */
    NONE,
    /** Mean 0 and (unbiased) standard deviation 1. */
    STANDARDIZE,
    /** Length 1. */
    NORMALIZE,
    /** Smallest entry 0, largest 1. */
    MINMAX;

    Tensor apply(Tensor x) {
      return switch (this) {
        case NONE -> x;
        case STANDARDIZE -> x.sub(x.mean()).div(x.std(1, 0).add(EPS));
        case NORMALIZE -> x.div(x.norm().add(EPS));
        case MINMAX -> x.sub(x.min()).div(x.max().sub(x.min()).add(EPS));
      };
    }
  }

  /**
   * The similarity of two tensors of as many elements, read as vectors.
   *
   * @return a scalar tensor
   */
  public Tensor of(Tensor a, Tensor b, Scaling scaling) {
    if (a.numel() != b.numel() || a.numel() < 2) {
      throw new IllegalArgumentException(
          "similarity needs two vectors of the same length of at least 2, got %s and %s"
              .formatted(Arrays.toString(a.shape()), Arrays.toString(b.shape())));
    }
    Tensor x = scaling.apply(a.reshape(-1));
    Tensor y = scaling.apply(b.reshape(-1));
    return switch (this) {
      case R2 -> {
        Tensor total = y.sub(y.mean()).square().sum().add(EPS);
        yield y.sub(x).square().sum().div(total).rsub(1);
      }
      case COSINE -> x.mul(y).sum().div(x.norm().mul(y.norm()).clampMin(EPS));
      case CORR -> {
        Tensor u = x.sub(x.mean());
        Tensor v = y.sub(y.mean());
        yield u.mul(v).sum().div(u.norm().mul(v.norm()).add(EPS));
      }
      case MSE -> x.sub(y).square().mean();
    };
  }
}
