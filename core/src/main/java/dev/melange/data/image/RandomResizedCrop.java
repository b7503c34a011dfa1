package dev.melange.data.image;

import java.util.random.RandomGenerator;

/**
 * A part of random area, proportions and place, scaled to a size: the standard training crop of
 * ImageNet. Area is uniform in its range, the logarithm of the ratio uniform in its range; after
 * ten draws that do not fit, the largest central part with a ratio in the range is taken.
 *
 * @param height rows of the result
 * @param width columns of the result
 * @param minArea least part of the area, usually 0.08
 * @param maxArea largest part of the area, usually 1
 * @param minRatio least width/height, usually 3/4
 * @param maxRatio largest width/height, usually 4/3
 * @param filter how to interpolate
 */
public record RandomResizedCrop(
    int height,
    int width,
    double minArea,
    double maxArea,
    double minRatio,
    double maxRatio,
    Resize.Filter filter)
    implements Transform {
  private static final int TRIES = 10;

  /** Checks the ranges. */
  public RandomResizedCrop {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException("cannot crop to %dx%d".formatted(height, width));
    }
    if (!(minArea > 0 && minArea <= maxArea && maxArea <= 1)) {
      throw new IllegalArgumentException(
          "area must be a range within (0, 1], got %s to %s".formatted(minArea, maxArea));
    }
    if (!(minRatio > 0 && minRatio <= maxRatio)) {
      throw new IllegalArgumentException(
          "ratio must be a positive range, got %s to %s".formatted(minRatio, maxRatio));
    }
  }

  /** Square, area 0.08 to 1, ratio 3/4 to 4/3, bicubic. */
  public static RandomResizedCrop of(int side) {
    return new RandomResizedCrop(side, side, 0.08, 1, 3 / 4.0, 4 / 3.0, Resize.Filter.BICUBIC);
  }

  @Override
  public Image apply(Image image, RandomGenerator draws) {
    long area = (long) image.height() * image.width();
    for (int i = 0; i < TRIES; i++) {
      double wanted = area * uniform(draws, minArea, maxArea);
      double ratio = Math.exp(uniform(draws, Math.log(minRatio), Math.log(maxRatio)));
      int columns = (int) Math.rint(Math.sqrt(wanted * ratio));
      int rows = (int) Math.rint(Math.sqrt(wanted / ratio));
      if (rows > 0 && rows <= image.height() && columns > 0 && columns <= image.width()) {
        int top = draws.nextInt(image.height() - rows + 1);
        int left = draws.nextInt(image.width() - columns + 1);
        return Resize.resize(image.crop(top, left, rows, columns), height, width, filter);
      }
    }
    return Resize.resize(largestCentralPart(image), height, width, filter);
  }

  private Image largestCentralPart(Image image) {
    double ratio = (double) image.width() / image.height();
    int rows = image.height();
    int columns = image.width();
    if (ratio < minRatio) {
      rows = Math.max(1, (int) Math.rint(columns / minRatio));
    } else if (ratio > maxRatio) {
      columns = Math.max(1, (int) Math.rint(rows * maxRatio));
    }
    return image.crop((image.height() - rows) / 2, (image.width() - columns) / 2, rows, columns);
  }

  private static double uniform(RandomGenerator draws, double from, double to) {
    return from + (to - from) * draws.nextDouble();
  }
}
