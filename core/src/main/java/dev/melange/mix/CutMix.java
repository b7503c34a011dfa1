package dev.melange.mix;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * CutMix (2019): a box of the partner is pasted into the image.
 *
 * @param alpha the image's share is drawn from Beta(alpha, alpha); above 0
 */
public record CutMix(double alpha) implements MixPolicy {
  /** Refuses a Beta distribution that does not exist. */
  public CutMix {
    MixPolicies.requireAlpha("cutmix", alpha);
  }

  @Override
  public String name() {
    return MixPolicies.name("cutmix", this);
  }

  @Override
  public int[] partners(int n, Rng rng) {
    return MixPairs.derangement(n, rng);
  }

  @Override
  public MixedBatch mix(MixPairs pairs, MixContext context, Rng rng) {
    double lam = pairs.drawLam(alpha, rng);
    int row = rng.nextInt((int) pairs.image().size(2));
    int column = rng.nextInt((int) pairs.image().size(3));
    return pairs.mixed(apply(pairs.image(), pairs.partner(), lam, row, column));
  }

  /**
   * Pastes a box of about {@code 1 - lam} of the area; the returned weight is the share of pixels
   * that is left of the image, the mask is 1 where the partner is.
   *
   * @param image [N, C, H, W]
   * @param partner of the same shape
   * @param lam the wanted share of the image, 0 to 1
   * @param row of the box's center
   * @param column of the box's center
   */
  public static Mixed apply(Tensor image, Tensor partner, double lam, int row, int column) {
    int height = (int) image.size(2);
    int width = (int) image.size(3);
    double side = Math.sqrt(1 - lam);
    Box box = Box.around(height, width, row, column, (int) (height * side), (int) (width * side));
    Tensor mixed = box.isEmpty() ? image : box.paste(image, box.of(partner));
    return new Mixed(mixed, box.mask(image), box.outside(height, width));
  }
}
