package dev.melange.papers.hourglassmlp;

import dev.melange.tensor.Special;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * Peak signal-to-noise ratio of batches in dB, {@code 10 log10(peak^2 / mean squared error)}, image
 * by image: the figure of a set is the mean of its images', not that of their mean error. Component
 * {@code data/psnr}.
 *
 * @param peak width of the value range
 */
public record Psnr(double peak) {
  /** Checks the range. */
  public Psnr {
    if (!(peak > 0) || Double.isInfinite(peak)) {
      throw new IllegalArgumentException(
          "peak is the positive width of the value range, such as 1 or 255; got " + peak);
    }
  }

  /**
   * One figure per image.
   *
   * @param y images, the first dimension counts them
   * @param target the truth, of the same shape
   * @return [B]; positive infinity where they are equal
   */
  public Tensor apply(Tensor y, Tensor target) {
    if (!Arrays.equals(y.shape(), target.shape()) || y.dim() < 2) {
      throw new IllegalArgumentException(
          "images and truth must have one shape [B, ...], got %s and %s"
              .formatted(Arrays.toString(y.shape()), Arrays.toString(target.shape())));
    }
    Tensor error = y.sub(target).flatten(1, -1).square().mean(1);
    return Special.log10(error).mul(-10).add(20 * Math.log10(peak));
  }
}
