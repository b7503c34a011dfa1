package dev.melange.mix;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * SaliencyMix (2021): CutMix with the box around the most salient pixel of the first partner.
 *
 * @param alpha the image's share is drawn from Beta(alpha, alpha); above 0
 */
public record SaliencyMix(double alpha) implements MixPolicy {
  /** Refuses a Beta distribution that does not exist. */
  public SaliencyMix {
    MixPolicies.requireAlpha("saliencymix", alpha);
  }

  @Override
  public String name() {
    return MixPolicies.name("saliencymix", this);
  }

  @Override
  public MixedBatch mix(MixPairs pairs, MixContext context, Rng rng) {
    double lam = pairs.drawLam(alpha, rng);
    Tensor first = context.pixels(pairs.partner().slice(0, 0, 1), "saliencymix").mul(255);
    Tensor saliency = FineGrainedSaliency.of(first).get(0);
    return pairs.mixed(apply(pairs.image(), pairs.partner(), lam, saliency));
  }

  /**
   * As {@link CutMix#apply}, with the center at the first maximum of a saliency map.
   *
   * @param image [N, C, H, W]
   * @param partner of the same shape
   * @param lam the wanted share of the image, 0 to 1
   * @param saliency [H, W], of the first image of {@code partner}
   */
  public static Mixed apply(Tensor image, Tensor partner, double lam, Tensor saliency) {
    double[] values = saliency.toDoubles();
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    int width = (int) saliency.size(1);
    return CutMix.apply(image, partner, lam, best / width, best % width);
  }
}
