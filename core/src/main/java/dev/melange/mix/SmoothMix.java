package dev.melange.mix;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** SmoothMix (2020): the partner shines through with a Gaussian window. */
public record SmoothMix() implements MixPolicy {
  @Override
  public String name() {
    return "smoothmix";
  }

  @Override
  public MixedBatch mix(MixPairs pairs, MixContext context, Rng rng) {
    int size = (int) pairs.image().size(2);
    long[] shift = {rng.nextInt(size) - size / 2, rng.nextInt(size) - size / 2};
    double sigma = size * (0.25 + 0.25 * rng.nextDouble());
    return pairs.mixed(apply(pairs.image(), pairs.partner(), shift, sigma));
  }

  /**
   * Mixes by a Gaussian window, which is the mask (the partner's weight per pixel). The returned
   * weight is the image's mean share; the official code uses the partner's instead.
   *
   * @param image [N, C, S, S] with even S
   * @param partner of the same shape
   * @param shift cyclic shift of the coordinate grid {along rows, along columns}
   * @param sigma width of the window in pixels
   */
  public static Mixed apply(Tensor image, Tensor partner, long[] shift, double sigma) {
    int size = (int) image.size(2);
    if (image.size(3) != size || size % 2 != 0) {
      throw new IllegalArgumentException(
          "SmoothMix expects square images of even size, got [%d, %d]; resize or crop them"
              .formatted(size, image.size(3)));
    }
    double[] rows = window(size, shift[0], sigma);
    double[] columns = window(size, shift[1], sigma);
    double[] mask = new double[size * size];
    double sum = 0;
    for (int i = 0; i < mask.length; i++) {
      mask[i] = rows[i / size] * columns[i % size];
      sum += mask[i];
    }
    Tensor weight = Tensor.of(mask, 1, 1, size, size).to(image.dtype()).to(image.device());
    return new Mixed(
        image.mul(weight.rsub(1)).add(partner.mul(weight)), weight, 1 - sum / mask.length);
  }

  // The grid has twice the image's size, is rolled, and its middle is used.
  private static double[] window(int size, long shift, double sigma) {
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      double coordinate = Math.floorMod(i + size / 2 - shift, 2L * size);
      double distance = coordinate - (2 * size - 1) / 2.0;
      values[i] = Math.exp(-distance * distance / (2 * sigma * sigma));
    }
    return values;
  }
}
