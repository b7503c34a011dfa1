package dev.melange.papers.maxim;

import dev.melange.data.image.Image;
import dev.melange.metric.ImageQuality;

/**
 * How close photographs are, however large they are: figures in small memory, on the range [0,
 * 255], of all channels or of the luma alone.
 */
public final class PhotoComparison {
  private static final double PEAK = 255;
  private static final int WINDOW = 11;
  private static final int STRIP = 128;

  private PhotoComparison() {}

  /** The squared distance of rows of values in [0, 1] from a photograph, added up. */
  public static final class SquaredError implements Restorer.RowSink {
    private final Image target;
    private final boolean luma;
    private double sum;
    private long count;

    /**
     * Begins at the first row.
     *
     * @param target with 3 channels
     * @param luma whether only the luma is compared
     */
    public SquaredError(Image target, boolean luma) {
      this.target = target;
      this.luma = luma;
    }

    @Override
    public void row(int row, float[] values, int[] planes) {
      for (int x = 0; x < target.width(); x++) {
        double[] difference = new double[3];
        for (int c = 0; c < 3; c++) {
          difference[c] = values[planes[c] + x] * PEAK - target.get(c, row, x);
        }
        add(difference);
      }
    }

    private void add(double[] difference) {
      if (luma) {
        double d = RestorationQuality.lumaDifference(difference[0], difference[1], difference[2]);
        sum += d * d;
        count++;
      } else {
        for (double d : difference) {
          sum += d * d;
        }
        count += 3;
      }
    }

    /** The peak signal-to-noise ratio in dB so far; infinite for equal values. */
    public double psnr() {
      return 20 * Math.log10(PEAK / Math.sqrt(sum / count));
    }
  }

  /** The peak signal-to-noise ratio in dB of two photographs of one size; infinite if equal. */
  public static double psnr(Image a, Image b, boolean luma) {
    requireSameSize(a, b);
    SquaredError error = new SquaredError(b.withChannels(3), luma);
    Image colour = a.withChannels(3);
    for (int y = 0; y < a.height(); y++) {
      for (int x = 0; x < a.width(); x++) {
        double[] difference = new double[3];
        for (int c = 0; c < 3; c++) {
          difference[c] = colour.get(c, y, x) - error.target.get(c, y, x);
        }
        error.add(difference);
      }
    }
    return error.psnr();
  }

  /** Whether photographs of a size have a structural similarity: the window must fit. */
  public static boolean hasSsim(int height, int width) {
    return Math.min(height, width) >= WINDOW;
  }

  /**
   * The structural similarity of two photographs of one size, with a Gaussian window of 11x11; the
   * mean over the channels.
   */
  public static double ssim(Image a, Image b, boolean luma) {
    requireSameSize(a, b);
    double sum = 0;
    long rows = 0;
    // positions of the window by strips of rows: each needs ten rows of the next
    for (int top = 0; top + WINDOW <= a.height(); top += STRIP) {
      int height = Math.min(STRIP + WINDOW - 1, a.height() - top);
      int positions = height - WINDOW + 1;
      double[] x = planes(a, top, height, luma);
      double[] y = planes(b, top, height, luma);
      sum +=
          positions
              * ImageQuality.ssim(
                  x, y, luma ? 1 : 3, height, a.width(), PEAK, ImageQuality.Window.gaussian());
      rows += positions;
    }
    if (rows == 0) {
      throw new IllegalArgumentException(
          "photographs of %dx%d pixels are smaller than the window of SSIM, %dx%d"
              .formatted(a.width(), a.height(), WINDOW, WINDOW));
    }
    return sum / rows;
  }

  private static double[] planes(Image image, int top, int height, boolean luma) {
    Image strip = image.withChannels(3).crop(top, 0, height, image.width());
    int n = height * image.width();
    double[] values = new double[luma ? n : 3 * n];
    for (int i = 0; i < n; i++) {
      double red = strip.data()[i] & 0xff;
      double green = strip.data()[n + i] & 0xff;
      double blue = strip.data()[2 * n + i] & 0xff;
      if (luma) {
        values[i] = RestorationQuality.lumaOf(red, green, blue);
      } else {
        values[i] = red;
        values[n + i] = green;
        values[2 * n + i] = blue;
      }
    }
    return values;
  }

  private static void requireSameSize(Image a, Image b) {
    if (a.height() != b.height() || a.width() != b.width()) {
      throw new IllegalArgumentException(
          "photographs that are compared have one size, got %dx%d and %dx%d pixels"
              .formatted(a.width(), a.height(), b.width(), b.height()));
    }
  }
}
