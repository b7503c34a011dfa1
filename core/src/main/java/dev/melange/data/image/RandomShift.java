package dev.melange.data.image;

import java.util.random.RandomGenerator;

/**
 * Moves the picture by a random number of whole pixels in both directions, each -n..n equally
 * likely; what comes in is padding.
 *
 * @param pixels the largest shift n
 * @param padding what comes in
 */
public record RandomShift(int pixels, Padding padding) implements Transform {
  /** Checks the distance. */
  public RandomShift {
    if (pixels < 0) {
      throw new IllegalArgumentException("shift must not be negative, got " + pixels);
    }
  }

  @Override
  public Image apply(Image image, RandomGenerator draws) {
    int down = draws.nextInt(2 * pixels + 1) - pixels;
    int right = draws.nextInt(2 * pixels + 1) - pixels;
    return shift(image, down, right, padding);
  }

  /**
   * The picture moved by given distances.
   *
   * @param down pixels downwards, negative upwards
   * @param right pixels to the right, negative to the left
   */
  public static Image shift(Image image, int down, int right, Padding padding) {
    Image padded =
        Padding.pad(
            image,
            Math.max(0, down),
            Math.max(0, -down),
            Math.max(0, right),
            Math.max(0, -right),
            padding);
    return padded.crop(Math.max(0, -down), Math.max(0, -right), image.height(), image.width());
  }
}
