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
  /** Checks the ranges. */
  public RandomErasing {
    RandomRectangle.require(probability, minArea, maxArea, minRatio);
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
    RandomRectangle place =
        RandomRectangle.draw(image.height(), image.width(), minArea, maxArea, minRatio, draws);
    return place == null ? image : erased(image, place, draws);
  }

  private static FloatImage erased(FloatImage image, RandomRectangle place, RandomGenerator draws) {
    float[] data = image.data().clone();
    for (int c = 0; c < image.channels(); c++) {
      for (int y = place.top(); y < place.top() + place.rows(); y++) {
        for (int x = place.left(); x < place.left() + place.columns(); x++) {
          data[(c * image.height() + y) * image.width() + x] = (float) draws.nextGaussian();
        }
      }
    }
    return new FloatImage(image.channels(), image.height(), image.width(), data);
  }
}
