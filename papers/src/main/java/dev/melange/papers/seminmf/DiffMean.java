package dev.melange.papers.seminmf;

import dev.melange.tensor.Tensor;
import java.util.Arrays;

/** Difference in means, the supervised baseline: where the activations of a concept lie. */
public final class DiffMean {
  private static final double EPS = 1e-8;

  private DiffMean() {}

  /**
   * The mean activation of tokens of a concept minus that of others, at length 1.
   *
   * @param positive [p, m]
   * @param negative [q, m]
   * @return [m]
   */
  public static Tensor direction(Tensor positive, Tensor negative) {
    if (positive.dim() != 2
        || negative.dim() != 2
        || positive.size(1) != negative.size(1)
        || positive.size(0) == 0
        || negative.size(0) == 0) {
      throw new IllegalArgumentException(
          "difference in means expects activations [p, m] and [q, m], at least one of each, got %s and %s"
              .formatted(Arrays.toString(positive.shape()), Arrays.toString(negative.shape())));
    }
    Tensor difference = positive.mean(0).sub(negative.mean(0));
    return difference.div(difference.norm().add(EPS));
  }
}
