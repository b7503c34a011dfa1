package dev.melange.data.image;

import java.util.random.RandomGenerator;

/**
 * Moves the picture by a random number of whole pixels in both directions, each -n..n equally
 * likely; what comes in is padding. After normalisation, zero padding is the mean colour.
 *
 * @param pixels the largest shift n
 * @param padding what comes in
 */
public record RandomShift(int pixels, Padding padding) implements Transform, FloatTransform {
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

  @Override
  public FloatImage apply(FloatImage image, RandomGenerator draws) {
    int down = draws.nextInt(2 * pixels + 1) - pixels;
    int right = draws.nextInt(2 * pixels + 1) - pixels;
    int height = image.height();
    int width = image.width();
    if (pixels >= Math.min(height, width)) {
      throw new IllegalArgumentException(
          "a shift of up to %d pixels is too far for an image of %dx%d"
              .formatted(pixels, height, width));
    }
    float[] moved = new float[image.data().length];
    for (int row = 0; row < image.channels() * height; row++) {
      int from = padding.source(row % height - down, height);
      if (from < 0) {
        continue;
      }
      int plane = row / height * height;
      for (int x = 0; x < width; x++) {
        int source = padding.source(x - right, width);
        if (source >= 0) {
          moved[row * width + x] = image.data()[(plane + from) * width + source];
        }
      }
    }
    return new FloatImage(image.channels(), height, width, moved);
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
