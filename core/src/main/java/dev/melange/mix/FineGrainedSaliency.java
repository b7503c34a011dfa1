package dev.melange.mix;

import dev.melange.tensor.Tensor;
import java.util.stream.IntStream;

/**
 * Static fine-grained saliency of images: how much a pixel differs from its surroundings, summed
 * over six sizes of surroundings, brighter and darker counted apart. Modelled on OpenCV's; all in
 * float64, rounded to whole gray levels between the steps.
 */
public final class FineGrainedSaliency {
  private static final int[] NEIGHBOURHOODS = {12, 24, 48, 28, 56, 112};

  private FineGrainedSaliency() {}

  /**
   * The saliency of images, float64 [N, H, W] in [0, 1].
   *
   * @param image values 0 to 255, [N, 1, H, W] (gray) or [N, 3, H, W] (red, green, blue), at least
   *     2 x 2 pixels
   */
  public static Tensor of(Tensor image) {
    int n = (int) image.size(0);
    int channels = (int) image.size(1);
    int height = (int) image.size(2);
    int width = (int) image.size(3);
    if ((channels != 1 && channels != 3) || height < 2 || width < 2) {
      throw new IllegalArgumentException(
          "fine-grained saliency expects images of 1 or 3 channels and at least 2 x 2 pixels, got %s"
              .formatted(java.util.Arrays.toString(image.shape())));
    }
    double[] values = image.toDoubles();
    int plane = height * width;
    double[] result = new double[n * plane];
    IntStream.range(0, n)
        .parallel()
        .forEach(
            i -> {
              double[] gray = gray(values, i * channels * plane, channels, plane);
              blur(gray, height, width);
              blur(gray, height, width);
              System.arraycopy(contrast(gray, height, width), 0, result, i * plane, plane);
            });
    return Tensor.of(result, n, height, width);
  }

  private static double[] gray(double[] values, int from, int channels, int plane) {
    double[] gray = new double[plane];
    for (int i = 0; i < plane; i++) {
      int at = from + i;
      gray[i] =
          channels == 1
              ? Math.floor(values[at] + 0.5)
              : Math.floor(
                  0.299 * values[at]
                      + 0.587 * values[at + plane]
                      + 0.114 * values[at + 2 * plane]
                      + 0.5);
    }
    return gray;
  }

  /** A 3x3 binomial blur, mirrored at the border without repeating the edge, then rounded. */
  private static void blur(double[] gray, int height, int width) {
    double[] rows = new double[gray.length];
    for (int y = 0; y < height; y++) {
      int above = (y == 0 ? 1 : y - 1) * width;
      int below = (y == height - 1 ? height - 2 : y + 1) * width;
      for (int x = 0; x < width; x++) {
        rows[y * width + x] = (gray[above + x] + 2 * gray[y * width + x] + gray[below + x]) / 4;
      }
    }
    for (int y = 0; y < height; y++) {
      int row = y * width;
      for (int x = 0; x < width; x++) {
        double left = rows[row + (x == 0 ? 1 : x - 1)];
        double right = rows[row + (x == width - 1 ? width - 2 : x + 1)];
        gray[row + x] = Math.floor((left + 2 * rows[row + x] + right) / 4 + 0.5);
      }
    }
  }

  private static double[] contrast(double[] gray, int height, int width) {
    double[] sums = new double[(height + 1) * (width + 1)];
    int stride = width + 1;
    for (int y = 0; y < height; y++) {
      double row = 0;
      for (int x = 0; x < width; x++) {
        row += gray[y * width + x];
        sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + row;
      }
    }
    double[] on = new double[gray.length];
    double[] off = new double[gray.length];
    for (int size : NEIGHBOURHOODS) {
      for (int y = 0; y < height; y++) {
        int top = Math.max(0, y - size + 1);
        int bottom = Math.min(height - 1, y + size + 1);
        for (int x = 0; x < width; x++) {
          int left = Math.max(0, x - size + 1);
          int right = Math.min(width - 1, x + size + 1);
          double sum =
              sums[bottom * stride + right]
                  + sums[top * stride + left]
                  - sums[top * stride + right]
                  - sums[bottom * stride + left];
          double center = gray[y * width + x];
          int others = (bottom - top) * (right - left) - 1;
          double mean = (sum - center) / others;
          on[y * width + x] += Math.floor(Math.max(center - mean, 0));
          off[y * width + x] += Math.floor(Math.max(mean - center, 0));
        }
      }
    }
    scale(on, 255);
    scale(off, 255);
    for (int i = 0; i < on.length; i++) {
      on[i] += off[i];
    }
    scale(on, 255);
    for (int i = 0; i < on.length; i++) {
      on[i] /= 255;
    }
    return on;
  }

  /** Scales to whole numbers up to a limit; all zero stays so. */
  private static void scale(double[] values, double limit) {
    double max = 0;
    for (double value : values) {
      max = Math.max(max, value);
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = max == 0 ? 0 : Math.floor(limit * values[i] / max);
    }
  }
}
