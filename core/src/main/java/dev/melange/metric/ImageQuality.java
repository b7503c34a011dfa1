package dev.melange.metric;

import java.util.Arrays;

/**
 * Full-reference image quality: PSNR and SSIM. Images are flat, channel by channel (channels,
 * height, width), in the same value range.
 */
public final class ImageQuality {
  private ImageQuality() {}

  /**
   * The local window of SSIM.
   *
   * @param weights one-dimensional weights, summing to 1; the window is their outer product
   * @param unbiased whether local (co)variances use the divisor n - 1, for equal weights only
   */
  public record Window(double[] weights, boolean unbiased) {
    /** Copies the weights. */
    public Window {
      weights = weights.clone();
    }

    @Override
    public double[] weights() {
      return weights.clone();
    }

    /** 11 x 11 Gaussian of standard deviation 1.5, population moments: Wang et al. 2004. */
    public static Window gaussian() {
      double[] weights = new double[11];
      double sum = 0;
      for (int i = 0; i < 11; i++) {
        weights[i] = Math.exp(-(i - 5) * (i - 5) / (2 * 1.5 * 1.5));
        sum += weights[i];
      }
      for (int i = 0; i < 11; i++) {
        weights[i] /= sum;
      }
      return new Window(weights, false);
    }

    /** 7 x 7 of equal weights, sample moments (divisor 48): the other common convention. */
    public static Window uniform() {
      double[] weights = new double[7];
      Arrays.fill(weights, 1.0 / 7);
      return new Window(weights, true);
    }
  }

  /**
   * Peak signal-to-noise ratio, 10 log10(peak^2 / mean squared difference), in dB; positive
   * infinity for equal images. Of one image: the usual figure of a set is the mean of its images'
   * values.
   *
   * @param peak width of the value range: 1 for [0, 1], 2 for [-1, 1], 255 for bytes
   */
  public static double psnr(double[] a, double[] b, double peak) {
    peak(peak);
    return 10 * Math.log10(peak * peak / Regression.mse(a, b));
  }

  /** {@link #psnr(double[], double[], double)} of float32 images. */
  public static double psnr(float[] a, float[] b, double peak) {
    return psnr(Checks.widen(a), Checks.widen(b), peak);
  }

  /**
   * Structural similarity (Wang et al. 2004) with K1 = 0.01 and K2 = 0.03: the mean of the local
   * index over all positions at which the window lies wholly inside, each channel alone, then over
   * the channels. Gray images have one channel. 1 for equal images.
   *
   * @param a (channels, height, width)
   * @param b same
   * @param peak width of the value range
   * @throws IllegalArgumentException if the image is smaller than the window
   */
  public static double ssim(
      double[] a, double[] b, int channels, int height, int width, double peak, Window window) {
    peak(peak);
    Checks.pair("a", a, "b", b);
    if (channels < 1 || height < 1 || width < 1 || a.length != (long) channels * height * width) {
      throw new IllegalArgumentException(
          String.format(
              "image has %d values, expected %d channels x %d x %d",
              a.length, channels, height, width));
    }
    int size = window.weights.length;
    if (height < size || width < size) {
      throw new IllegalArgumentException(
          String.format(
              "image of %d x %d is smaller than the SSIM window of %d x %d",
              height, width, size, size));
    }
    double sum = 0;
    for (int c = 0; c < channels; c++) {
      sum += channelSsim(a, b, c * height * width, height, width, peak, window);
    }
    return sum / channels;
  }

  /** {@link #ssim(double[], double[], int, int, int, double, Window)} of float32 images. */
  public static double ssim(
      float[] a, float[] b, int channels, int height, int width, double peak, Window window) {
    return ssim(Checks.widen(a), Checks.widen(b), channels, height, width, peak, window);
  }

  private static double channelSsim(
      double[] a, double[] b, int offset, int height, int width, double peak, Window window) {
    int n = height * width;
    double[] x = new double[n];
    double[] y = new double[n];
    double[] xx = new double[n];
    double[] yy = new double[n];
    double[] xy = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = a[offset + i];
      y[i] = b[offset + i];
      xx[i] = x[i] * x[i];
      yy[i] = y[i] * y[i];
      xy[i] = x[i] * y[i];
    }
    double[] w = window.weights;
    double[] mx = filter(x, height, width, w);
    double[] my = filter(y, height, width, w);
    double[] mxx = filter(xx, height, width, w);
    double[] myy = filter(yy, height, width, w);
    double[] mxy = filter(xy, height, width, w);
    double pixels = (double) w.length * w.length;
    double correction = window.unbiased ? pixels / (pixels - 1) : 1;
    double c1 = 0.01 * peak * 0.01 * peak;
    double c2 = 0.03 * peak * 0.03 * peak;
    double sum = 0;
    for (int i = 0; i < mx.length; i++) {
      double varX = correction * (mxx[i] - mx[i] * mx[i]);
      double varY = correction * (myy[i] - my[i] * my[i]);
      double cov = correction * (mxy[i] - mx[i] * my[i]);
      sum +=
          (2 * mx[i] * my[i] + c1)
              * (2 * cov + c2)
              / ((mx[i] * mx[i] + my[i] * my[i] + c1) * (varX + varY + c2));
    }
    return sum / mx.length;
  }

  /** Separable correlation at the positions where the window fits. */
  private static double[] filter(double[] image, int height, int width, double[] weights) {
    int columns = width - weights.length + 1;
    int rows = height - weights.length + 1;
    double[] across = new double[height * columns];
    for (int r = 0; r < height; r++) {
      for (int c = 0; c < columns; c++) {
        double sum = 0;
        for (int k = 0; k < weights.length; k++) {
          sum += weights[k] * image[r * width + c + k];
        }
        across[r * columns + c] = sum;
      }
    }
    double[] result = new double[rows * columns];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        double sum = 0;
        for (int k = 0; k < weights.length; k++) {
          sum += weights[k] * across[(r + k) * columns + c];
        }
        result[r * columns + c] = sum;
      }
    }
    return result;
  }

  private static void peak(double peak) {
    if (!(peak > 0) || Double.isInfinite(peak)) {
      throw new IllegalArgumentException(
          "peak is " + peak + ", expected the positive width of the value range, such as 1 or 255");
    }
  }
}
