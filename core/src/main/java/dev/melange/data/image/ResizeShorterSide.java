package dev.melange.data.image;

import java.util.random.RandomGenerator;

/**
 * Scales an image so that its shorter side gets a length; the longer one keeps the proportions,
 * rounded down.
 *
 * @param side length of the shorter side in pixels
 * @param filter how to interpolate
 */
public record ResizeShorterSide(int side, Resize.Filter filter) implements Transform {
  /** Checks the length. */
  public ResizeShorterSide {
    if (side < 1) {
      throw new IllegalArgumentException("the shorter side must be at least 1, got " + side);
    }
  }

  @Override
  public Image apply(Image image, RandomGenerator draws) {
    boolean wide = image.width() >= image.height();
    int shorter = wide ? image.height() : image.width();
    int longer = wide ? image.width() : image.height();
    int scaled = Math.max(side, (int) ((long) side * longer / shorter));
    return wide
        ? Resize.resize(image, side, scaled, filter)
        : Resize.resize(image, scaled, side, filter);
  }
}
