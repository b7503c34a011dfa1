package dev.melange.data.image;

import java.util.random.RandomGenerator;

/**
 * The middle of an image; one that is smaller gets a black border first.
 *
 * @param height rows of the result
 * @param width columns of the result
 */
public record CenterCrop(int height, int width) implements Transform {
  /** Checks the size. */
  public CenterCrop {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "cannot crop to %dx%d; both sides must be at least 1".formatted(height, width));
    }
  }

  @Override
  public Image apply(Image image, RandomGenerator draws) {
    int missingRows = Math.max(0, height - image.height());
    int missingColumns = Math.max(0, width - image.width());
    Image padded =
        Padding.pad(
            image,
            missingRows / 2,
            missingRows - missingRows / 2,
            missingColumns / 2,
            missingColumns - missingColumns / 2,
            Padding.ZERO);
    // Halves are rounded to even, as the reference implementation's round() does.
    int top = (int) Math.rint((padded.height() - height) / 2.0);
    int left = (int) Math.rint((padded.width() - width) / 2.0);
    return padded.crop(top, left, height, width);
  }
}
