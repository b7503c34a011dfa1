package dev.melange.mix;

import dev.melange.tensor.Tensor;

/** SaliencyMix (2021): CutMix with the box around the most salient pixel of the first partner. */
public final class SaliencyMix {
  private SaliencyMix() {}

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
