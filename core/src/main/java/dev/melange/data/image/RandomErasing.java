package dev.melange.data.image;

import java.util.random.RandomGenerator;

/**
 * Random erasing, per-pixel form: with a probability, a rectangle of random area, proportions and
 * place is overwritten with standard normal noise, drawn for each sample. To be applied after
 * normalisation. Up to ten draws are made for a rectangle that fits.
 *
 * @param probability how often, 0..1, usually 0.25
 * @param minArea least part of the area, usually 0.02
 * @param maxArea largest part of the area, usually 1/3
 * @param minRatio least height/width, usually 0.3; the largest is its inverse
 */
public record RandomErasing(double probability, double minArea, double maxArea, double minRatio)
    implements FloatTransform {
  private static final int TRIES = 10;

  /** Checks the ranges. */
  public RandomErasing {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("probability must be in 0..1, got " + probability);
    }
    if (!(minArea > 0 && minArea <= maxArea && maxArea <= 1 && minRatio > 0 && minRatio <= 1)) {
      throw new IllegalArgumentException(
          "area must be a range within (0, 1] and the least ratio in (0, 1], got %s to %s, %s"
              .formatted(minArea, maxArea, minRatio));
    }
  }

  /** Area 0.02 to 1/3, ratio 0.3 to 1/0.3. */
  public static RandomErasing of(double probability) {
    return new RandomErasing(probability, 0.02, 1 / 3.0, 0.3);
  }

  /** The image, or a copy with a rectangle of noise. */
  @Override
  public FloatImage apply(FloatImage image, RandomGenerator draws) {
    if (draws.nextDouble() >= probability) {
      return image;
    }
    double area = (double) image.height() * image.width();
    double log = Math.log(minRatio);
    for (int i = 0; i < TRIES; i++) {
      double wanted = area * (minArea + (maxArea - minArea) * draws.nextDouble());
      double ratio = Math.exp(log - 2 * log * draws.nextDouble());
      int rows = (int) Math.rint(Math.sqrt(wanted * ratio));
      int columns = (int) Math.rint(Math.sqrt(wanted / ratio));
      if (rows < image.height() && columns < image.width()) {
        int top = draws.nextInt(image.height() - rows + 1);
        int left = draws.nextInt(image.width() - columns + 1);
        return erased(image, top, left, rows, columns, draws);
      }
    }
    return image;
  }

  private static FloatImage erased(
      FloatImage image, int top, int left, int rows, int columns, RandomGenerator draws) {
    float[] data = image.data().clone();
    for (int c = 0; c < image.channels(); c++) {
      for (int y = top; y < top + rows; y++) {
        for (int x = left; x < left + columns; x++) {
          data[(c * image.height() + y) * image.width() + x] = (float) draws.nextGaussian();
        }
      }
    }
    return new FloatImage(image.channels(), image.height(), image.width(), data);
  }
}
