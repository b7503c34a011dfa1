package dev.melange.data.image;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Cutout: with a probability, a rectangle of random area, proportions and place becomes black. The
 * draws are those of {@link RandomErasing}, which fills with noise after normalisation.
 *
 * @param probability how often, 0..1
 * @param minArea least part of the area
 * @param maxArea largest part of the area
 * @param minRatio least height/width; the largest is its inverse
 */
public record Cutout(double probability, double minArea, double maxArea, double minRatio)
    implements Transform {
  /** Checks the ranges. */
  public Cutout {
    RandomRectangle.require(probability, minArea, maxArea, minRatio);
  }

  /** Area 0.02 to 0.33, ratio 0.3 to 1/0.3. */
  public static Cutout of(double probability) {
    return new Cutout(probability, 0.02, 0.33, 0.3);
  }

  /** The image, or a copy with a black rectangle. */
  @Override
  public Image apply(Image image, RandomGenerator draws) {
    if (draws.nextDouble() >= probability) {
      return image;
    }
    RandomRectangle place =
        RandomRectangle.draw(image.height(), image.width(), minArea, maxArea, minRatio, draws);
    if (place == null) {
      return image;
    }
    byte[] data = image.data().clone();
    for (int c = 0; c < image.channels(); c++) {
      for (int y = place.top(); y < place.top() + place.rows(); y++) {
        int from = (c * image.height() + y) * image.width() + place.left();
        Arrays.fill(data, from, from + place.columns(), (byte) 0);
      }
    }
    return new Image(image.channels(), image.height(), image.width(), data);
  }
}
