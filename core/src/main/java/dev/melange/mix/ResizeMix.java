package dev.melange.mix;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * ResizeMix (2020): the whole partner, made smaller, is pasted into the image.
 *
 * @param alpha the side of the box relative to the image's is drawn from Beta(alpha, alpha), and
 *     once more from low to high if it is outside; 0 draws it evenly from low to high
 * @param low least side of the box, 0.1 by default
 * @param high greatest side of the box, 0.8 by default
 * @param bilinear whether to interpolate linearly, without antialiasing; otherwise nearest
 */
public record ResizeMix(double alpha, double low, double high, boolean bilinear)
    implements MixPolicy {
  /** Refuses sides that are none. */
  public ResizeMix {
    if (alpha != 0) {
      MixPolicies.requireAlpha("resizemix", alpha);
    }
    if (!(low >= 0 && low <= high && high <= 1)) {
      throw new IllegalArgumentException(
          "resizemix expects 0 <= low <= high <= 1, got low %s, high %s".formatted(low, high));
    }
  }

  /** With sides from 0.1 to 0.8, nearest. */
  public ResizeMix(double alpha) {
    this(alpha, 0.1, 0.8, false);
  }

  @Override
  public String name() {
    return MixPolicies.name("resizemix", this);
  }

  @Override
  public MixedBatch mix(MixPairs pairs, MixContext context, Rng rng) {
    int size = (int) pairs.image().size(2);
    double tau = tau(pairs, rng);
    int column = rng.nextInt(size);
    int row = rng.nextInt(size);
    return pairs.mixed(apply(pairs.image(), pairs.partner(), tau, row, column, bilinear));
  }

  private double tau(MixPairs pairs, Rng rng) {
    if (pairs.bias() != MixPairs.Bias.NONE) {
      // as the official code does it, the biased share itself is the side
      return Math.min(Math.max(pairs.drawLam(alpha == 0 ? 1 : alpha, rng), low), high);
    }
    double tau = alpha == 0 ? -1 : rng.beta(alpha, alpha);
    return tau >= low && tau <= high ? tau : low + (high - low) * rng.nextDouble();
  }

  /**
   * Pastes the resized partner; the returned weight is the share of pixels left of the image. A box
   * without pixels leaves the image as it is.
   *
   * @param image [N, C, S, S]
   * @param partner of the same shape
   * @param tau side of the box relative to the image, 0 to 1
   * @param row of the box's center
   * @param column of the box's center
   * @param bilinear whether to interpolate linearly, without antialiasing; otherwise nearest
   */
  public static Mixed apply(
      Tensor image, Tensor partner, double tau, int row, int column, boolean bilinear) {
    int size = (int) image.size(2);
    if (image.size(3) != size) {
      throw new IllegalArgumentException(
          "ResizeMix expects square images, got [%d, %d]; resize or crop them"
              .formatted(size, image.size(3)));
    }
    int cut = (int) (size * tau);
    Box box = Box.around(size, size, row, column, cut, cut);
    if (box.isEmpty()) {
      return new Mixed(image, box.mask(image), 1);
    }
    Tensor small =
        bilinear
            ? Nn.resizeBilinear(partner, box.height(), box.width(), false)
            : Nn.resizeNearest(partner, box.height(), box.width());
    return new Mixed(box.paste(image, small), box.mask(image), box.outside(size, size));
  }
}
