package dev.melange.data.image;

import java.util.random.RandomGenerator;

/**
 * Blurs with a Gaussian of random width; pixels beyond the edge are those on it.
 *
 * @param minSigma least standard deviation in pixels, above 0
 * @param maxSigma largest standard deviation in pixels
 */
public record GaussianBlur(double minSigma, double maxSigma) implements Transform {
  // what lies beyond is less than one step of 8 bits
  private static final double REACH = 3;

  /** Checks the widths. */
  public GaussianBlur {
    if (!(minSigma > 0 && minSigma <= maxSigma && maxSigma < 1000)) {
      throw new IllegalArgumentException(
          "sigma must be a positive range below 1000, got %s to %s".formatted(minSigma, maxSigma));
    }
  }

  @Override
  public Image apply(Image image, RandomGenerator draws) {
    return blur(image, minSigma + (maxSigma - minSigma) * draws.nextDouble());
  }

  /**
   * The image blurred.
   *
   * @param sigma standard deviation in pixels, above 0
   */
  public static Image blur(Image image, double sigma) {
    int reach = Math.max(1, (int) Math.ceil(REACH * sigma));
    float[] filter = new float[2 * reach + 1];
    double sum = 0;
    for (int i = 0; i < filter.length; i++) {
      double distance = (i - reach) / sigma;
      filter[i] = (float) Math.exp(-distance * distance / 2);
      sum += filter[i];
    }
    for (int i = 0; i < filter.length; i++) {
      filter[i] /= (float) sum;
    }
    int height = image.height();
    int width = image.width();
    byte[] in = image.data();
    float[] rows = new float[in.length];
    for (int line = 0; line < in.length; line += width) {
      for (int x = 0; x < width; x++) {
        float value = 0;
        for (int k = -reach; k <= reach; k++) {
          int from = Math.max(0, Math.min(width - 1, x + k));
          value += filter[k + reach] * (in[line + from] & 0xff);
        }
        rows[line + x] = value;
      }
    }
    byte[] result = new byte[in.length];
    for (int c = 0; c < image.channels(); c++) {
      int plane = c * height * width;
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          float value = 0;
          for (int k = -reach; k <= reach; k++) {
            int from = Math.max(0, Math.min(height - 1, y + k));
            value += filter[k + reach] * rows[plane + from * width + x];
          }
          result[plane + y * width + x] = (byte) Math.max(0, Math.min(255, Math.round(value)));
        }
      }
    }
    return new Image(image.channels(), height, width, result);
  }
}
