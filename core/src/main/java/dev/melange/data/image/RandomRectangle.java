package dev.melange.data.image;

import java.util.random.RandomGenerator;

/**
 * A rectangle of random area, proportions and place inside an image.
 *
 * @param top first row
 * @param left first column
 * @param rows number of rows
 * @param columns number of columns
 */
record RandomRectangle(int top, int left, int rows, int columns) {
  private static final int TRIES = 10;

  /**
   * Draws up to ten times until a rectangle fits; the logarithm of the ratio is uniform.
   *
   * @param minArea least part of the area
   * @param maxArea largest part of the area
   * @param minRatio least height/width; the largest is its inverse
   * @return null if none fits
   */
  static RandomRectangle draw(
      int height,
      int width,
      double minArea,
      double maxArea,
      double minRatio,
      RandomGenerator draws) {
    double area = (double) height * width;
    double log = Math.log(minRatio);
    for (int i = 0; i < TRIES; i++) {
      double wanted = area * (minArea + (maxArea - minArea) * draws.nextDouble());
      double ratio = Math.exp(log - 2 * log * draws.nextDouble());
      int rows = (int) Math.rint(Math.sqrt(wanted * ratio));
      int columns = (int) Math.rint(Math.sqrt(wanted / ratio));
      if (rows < height && columns < width) {
        int top = draws.nextInt(height - rows + 1);
        int left = draws.nextInt(width - columns + 1);
        return new RandomRectangle(top, left, rows, columns);
      }
    }
    return null;
  }

  /** Refuses impossible ranges. */
  static void require(double probability, double minArea, double maxArea, double minRatio) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("probability must be in 0..1, got " + probability);
    }
    if (!(minArea > 0 && minArea <= maxArea && maxArea <= 1 && minRatio > 0 && minRatio <= 1)) {
      throw new IllegalArgumentException(
          "area must be a range within (0, 1] and the least ratio in (0, 1], got %s to %s, %s"
              .formatted(minArea, maxArea, minRatio));
    }
  }
}
