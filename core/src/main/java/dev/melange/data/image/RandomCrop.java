package dev.melange.data.image;

import java.util.random.RandomGenerator;

/**
 * A part at a random place, every place equally likely, after adding a border on all sides: the
 * usual augmentation of CIFAR with size 32 and border 4.
 *
 * @param height rows of the result
 * @param width columns of the result
 * @param border pixels added on each side first
 * @param padding what the border holds
 */
public record RandomCrop(int height, int width, int border, Padding padding) implements Transform {
  /** Checks the sizes. */
  public RandomCrop {
    if (height < 1 || width < 1 || border < 0) {
      throw new IllegalArgumentException(
          "cannot crop to %dx%d with a border of %d".formatted(height, width, border));
    }
  }

  @Override
  public Image apply(Image image, RandomGenerator draws) {
    Image padded = Padding.pad(image, border, border, border, border, padding);
    if (padded.height() < height || padded.width() < width) {
      throw new IllegalArgumentException(
          "an image of %dx%d is too small for a crop of %dx%d; resize it first"
              .formatted(padded.height(), padded.width(), height, width));
    }
    int top = draws.nextInt(padded.height() - height + 1);
    int left = draws.nextInt(padded.width() - width + 1);
    return padded.crop(top, left, height, width);
  }
}
