package dev.melange.papers.mixupfeaturelearning;

import dev.melange.mix.AsymmetricMix;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * Mixup with different shares for images and labels. Equal shares are mixup; {@code lam_y = 1}
 * mixes images only; {@code lam_x = 1} mixes labels only, which is label noise. Trainings of
 * classifiers take the policy {@link AsymmetricMix}.
 */
public final class AsymmetricMixup {
  private AsymmetricMixup() {}

  /**
   * Configuration of {@code mixup/asymmetric}.
   *
   * @param num_classes classes K
   * @param same_side whether {@code lam_y} is reflected to {@code 1 - lam_y} where it is on the
   *     other side of 1/2 than {@code lam_x}, so that the larger share of label and image agree
   */
  public record Config(int num_classes, boolean same_side) {
    /** Checks the classes. */
    public Config {
      if (num_classes < 1) {
        throw new IllegalArgumentException("num_classes must be at least 1, got " + num_classes);
      }
    }
  }

  /**
   * A mixed batch.
   *
   * @param image mixed, of the images' shape
   * @param target mixed labels [N, K]
   * @param lamY the labels' shares after reflection
   */
  public record Result(Tensor image, Tensor target, Tensor lamY) {}

  /**
   * Mixes a batch.
   *
   * @param image [N, ...]
   * @param labels int64 [N]
   * @param index the partners, int64 [N]
   * @param lamX share of an image in its mixture: a scalar, or [N]
   * @param lamY share of its label, of the same shape
   */
  public static Result mix(
      Config config, Tensor image, Tensor labels, Tensor index, Tensor lamX, Tensor lamY) {
    long n = image.size(0);
    checkShare("lam_x", lamX, n);
    checkShare("lam_y", lamY, n);
    Tensor x = lamX.to(image.dtype());
    Tensor y = lamY.to(image.dtype());
    if (config.same_side) {
      y = AsymmetricMix.sameSide(x, y);
    }
    Tensor oneHot = labels.oneHot(config.num_classes).to(image.dtype());
    return new Result(mixed(image, index, x), mixed(oneHot, index, y), y);
  }

  private static Tensor mixed(Tensor values, Tensor index, Tensor share) {
    long[] shape = new long[values.dim()];
    Arrays.fill(shape, 1);
    shape[0] = share.numel();
    Tensor own = share.reshape(shape);
    return values.mul(own).add(values.indexSelect(0, index).mul(own.rsub(1)));
  }

  private static void checkShare(String name, Tensor share, long n) {
    if (share.dim() > 1 || (share.dim() == 1 && share.size(0) != n)) {
      throw new IllegalArgumentException(
          "%s must be a scalar or [%d], got %s".formatted(name, n, Arrays.toString(share.shape())));
    }
  }
}
