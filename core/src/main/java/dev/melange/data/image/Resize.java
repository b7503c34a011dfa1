package dev.melange.data.image;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Scales an image to a size, whatever its proportions.
 *
 * <p>Bilinear and bicubic are separable filters with antialiasing: when shrinking, the filter is
 * stretched by the scale so that every source pixel counts; the image is filtered along rows, then
 * along columns, and rounded to 8 bits after each. Bicubic is Keys' cubic with a = -0.5. This is
 * what Pillow does, and torchvision on Pillow images; samples agree to one unit. Nearest takes the
 * source pixel under the centre of the target pixel.
 *
 * @param height rows of the result
 * @param width columns of the result
 * @param filter how to interpolate
 */
public record Resize(int height, int width, Filter filter) implements Transform {
  /** Interpolation. */
  public enum Filter {
    NEAREST(0),
    BILINEAR(1),
    BICUBIC(2);

    private final double support;

    Filter(double support) {
      this.support = support;
    }

    private double weight(double x) {
      double d = Math.abs(x);
      if (this == BILINEAR) {
        return d < 1 ? 1 - d : 0;
      }
      double a = -0.5;
      if (d < 1) {
        return ((a + 2) * d - (a + 3)) * d * d + 1;
      }
      return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
    }
  }

  /** Checks the size. */
  public Resize {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "cannot resize to %dx%d; both sides must be at least 1".formatted(height, width));
    }
  }

  @Override
  public Image apply(Image image, RandomGenerator draws) {
    return resize(image, height, width, filter);
  }

  static Image resize(Image image, int height, int width, Filter filter) {
    if (height == image.height() && width == image.width()) {
      return image;
    }
    if (filter == Filter.NEAREST) {
      return nearest(image, height, width);
    }
    byte[] wide =
        width == image.width()
            ? image.data()
            : along(
                image.data(), image.channels() * image.height(), 1, image.width(), width, filter);
    byte[] result =
        height == image.height()
            ? wide
            : along(wide, image.channels(), width, image.height(), height, filter);
    return new Image(image.channels(), height, width, result);
  }

  private static Image nearest(Image image, int height, int width) {
    byte[] result = new byte[image.channels() * height * width];
    double scaleY = (double) image.height() / height;
    double scaleX = (double) image.width() / width;
    int at = 0;
    for (int c = 0; c < image.channels(); c++) {
      for (int y = 0; y < height; y++) {
        int sy = Math.min(image.height() - 1, (int) ((y + 0.5) * scaleY));
        for (int x = 0; x < width; x++) {
          int sx = Math.min(image.width() - 1, (int) ((x + 0.5) * scaleX));
          result[at++] = (byte) image.get(c, sy, sx);
        }
      }
    }
    return new Image(image.channels(), height, width, result);
  }

  // Filters (outer, from, inner) to (outer, to, inner).
  private static byte[] along(byte[] in, int outer, int inner, int from, int to, Filter filter) {
    double scale = (double) from / to;
    double stretch = Math.max(1, scale);
    double support = filter.support * stretch;
    byte[] out = new byte[outer * to * inner];
    float[] sums = new float[inner];
    for (int t = 0; t < to; t++) {
      double centre = (t + 0.5) * scale;
      int first = Math.max(0, (int) (centre - support + 0.5));
      int end = Math.min(from, (int) (centre + support + 0.5));
      float[] weights = new float[end - first];
      double total = 0;
      for (int i = 0; i < weights.length; i++) {
        total += filter.weight((first + i - centre + 0.5) / stretch);
      }
      for (int i = 0; i < weights.length; i++) {
        weights[i] = (float) (filter.weight((first + i - centre + 0.5) / stretch) / total);
      }
      for (int o = 0; o < outer; o++) {
        Arrays.fill(sums, 0.5f);
        for (int i = 0; i < weights.length; i++) {
          int at = (o * from + first + i) * inner;
          for (int n = 0; n < inner; n++) {
            sums[n] += weights[i] * (in[at + n] & 0xff);
          }
        }
        int at = (o * to + t) * inner;
        for (int n = 0; n < inner; n++) {
          out[at + n] = (byte) Math.max(0, Math.min(255, (int) Math.floor(sums[n])));
        }
      }
    }
    return out;
  }
}
