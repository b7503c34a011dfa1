package dev.melange.mix;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * Mixup: the weighted mean of two images (2018); on hidden maps, Manifold Mixup (2019).
 *
 * @param alpha the image's share is drawn from Beta(alpha, alpha); above 0
 */
public record Mixup(double alpha) implements MixPolicy {
  /** Refuses a Beta distribution that does not exist. */
  public Mixup {
    MixPolicies.requireAlpha("mixup", alpha);
  }

  @Override
  public String name() {
    return MixPolicies.name("mixup", this);
  }

  @Override
  public MixedBatch mix(MixPairs pairs, MixContext context, Rng rng) {
    double lam = pairs.drawLam(alpha, rng);
    return pairs.mixed(pairs.partner().lerp(pairs.image(), lam), lam);
  }

  /**
   * {@code lam * image + (1 - lam) * partner}.
   *
   * @param image images or hidden maps, [N, ...]
   * @param partner of the same shape
   * @param lam weight of the image, a number or [N]
   */
  public static Tensor apply(Tensor image, Tensor partner, Tensor lam) {
    Tensor weight = perSample(lam.to(image.dtype()), image.dim());
    return image.mul(weight).add(partner.mul(weight.rsub(1)));
  }

  /** {@code image[index]}: the partner of each image of a batch. */
  public static Tensor partner(Tensor image, Tensor index) {
    return image.indexSelect(0, index);
  }

  private static Tensor perSample(Tensor lam, int dims) {
    if (lam.dim() == 0) {
      return lam;
    }
    long[] shape = new long[dims];
    java.util.Arrays.fill(shape, 1);
    shape[0] = lam.size(0);
    return lam.reshape(shape);
  }
}
