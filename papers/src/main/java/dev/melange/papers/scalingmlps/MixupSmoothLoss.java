package dev.melange.papers.scalingmlps;

import dev.melange.tensor.Losses;
import dev.melange.tensor.Tensor;

/**
 * The loss of a mixed batch: {@code lambda CE(p, y) + (1 - lambda) CE(p, y_perm)}, both cross
 * entropies with smoothed labels, mean over the batch.
 */
public final class MixupSmoothLoss {
  /**
   * Configuration of {@code loss/mixup-smooth-ce}.
   *
   * @param smooth share of a label that is spread over all classes, in [0, 1)
   */
  public record Config(double smooth) {
    /** Checks the share. */
    public Config {
      if (!(smooth >= 0 && smooth < 1)) {
        throw new IllegalArgumentException("smooth must be in [0, 1), got " + smooth);
      }
    }
  }

  private MixupSmoothLoss() {}

  /**
   * The loss.
   *
   * @param logits [B, K]
   * @param y labels of the images, int64 [B]
   * @param partner labels of the images that were mixed in, int64 [B]
   * @param lambda share of the images, one number
   * @return of lambda's shape
   */
  public static Tensor of(Config config, Tensor logits, Tensor y, Tensor partner, Tensor lambda) {
    Tensor own = Losses.crossEntropy(logits, y, config.smooth());
    Tensor other = Losses.crossEntropy(logits, partner, config.smooth());
    return lambda.mul(own).add(lambda.rsub(1).mul(other));
  }
}
