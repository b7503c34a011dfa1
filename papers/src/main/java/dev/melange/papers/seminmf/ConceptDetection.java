package dev.melange.papers.seminmf;

import dev.melange.tensor.Tensor;
import java.util.Arrays;

/** Whether a direction tells sentences of a concept from others (section 4 of the paper). */
public final class ConceptDetection {
  private static final double EPS = 1e-8;

  private ConceptDetection() {}

  /**
   * The score of each sentence: the largest cosine of the direction with the activation of one of
   * its tokens.
   *
   * @param direction [m], of any length
   * @param activations [S, T, m]
   * @param mask [S, T], 0 where there is no token to look at; each sentence needs at least one
   * @return [S]
   */
  public static Tensor scores(Tensor direction, Tensor activations, Tensor mask) {
    if (activations.dim() != 3
        || direction.numel() != activations.size(2)
        || !Arrays.equals(mask.shape(), Arrays.copyOf(activations.shape(), 2))) {
      throw new IllegalArgumentException(
          "detection expects a direction [m], activations [S, T, m] and a mask [S, T], got %s, %s, %s"
              .formatted(
                  Arrays.toString(direction.shape()),
                  Arrays.toString(activations.shape()),
                  Arrays.toString(mask.shape())));
    }
    Tensor hidden = mask.eq(0);
    Tensor seen = hidden.logicalNot().to(activations.dtype()).sum(1);
    if (seen.min().item() == 0) {
      throw new IllegalArgumentException(
          "the mask hides all tokens of sentence " + seen.argmin(0).itemLong());
    }
    Tensor lengths = activations.norm(2, 2).mul(direction.norm()).clampMin(EPS);
    Tensor cosines = activations.matmul(direction.reshape(-1)).div(lengths);
    return cosines.maskedFill(hidden, Double.NEGATIVE_INFINITY).max(1);
  }

  /**
   * The logarithm of the ratio of mean scores; above 0 where the direction detects the concept, not
   * a number where one mean is not positive.
   *
   * @param activating scores of sentences of the concept
   * @param neutral scores of other sentences
   */
  public static Tensor logRatio(Tensor activating, Tensor neutral) {
    return activating.mean().div(neutral.mean()).log();
  }
}
