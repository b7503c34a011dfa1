package dev.melange.data.image;

import java.util.random.RandomGenerator;

/**
 * Mirrors left and right, sometimes.
 *
 * @param probability how often, 0..1
 */
public record HorizontalFlip(double probability) implements Transform {
  /** Checks the probability. */
  public HorizontalFlip {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("probability must be in 0..1, got " + probability);
    }
  }

  @Override
  public Image apply(Image image, RandomGenerator draws) {
    return draws.nextDouble() < probability ? flip(image) : image;
  }

  /** The mirrored image. */
  public static Image flip(Image image) {
    int width = image.width();
    byte[] in = image.data();
    byte[] result = new byte[in.length];
    for (int row = 0; row < in.length; row += width) {
      for (int x = 0; x < width; x++) {
        result[row + x] = in[row + width - 1 - x];
      }
    }
    return new Image(image.channels(), image.height(), width, result);
  }
}
