package dev.melange.papers.maxim;

import dev.melange.component.Default;
import dev.melange.metric.ImageQuality;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Tensor;

/**
 * How close an image is to another: PSNR and SSIM, as restoration papers report them, on the range
 * [0, 255], of all channels or of the luma alone (deraining).
 */
public final class RestorationQuality {
  private static final double PEAK = 255;
  // ITU-R BT.601, for red, green and blue in [0, 1]
  private static final double[] LUMA = {65.481, 128.553, 24.966};
  private static final double LUMA_OFFSET = 16;

  /**
   * What is compared.
   *
   * @param crop_border pixels left out at every border
   * @param test_y_channel whether only the luma is compared
   */
  public record Config(@Default("0") int crop_border, @Default("false") boolean test_y_channel) {
    /** Checks the border. */
    public Config {
      if (crop_border < 0) {
        throw new IllegalArgumentException("crop_border must be at least 0, got " + crop_border);
      }
    }
  }

  /** Channel by channel, as {@link ImageQuality} takes it. */
  private record Planes(double[] values, int channels, int height, int width) {}

  private final Config config;

  /** Compares as configured. */
  public RestorationQuality(Config config) {
    this.config = config;
  }

  /**
   * Peak signal-to-noise ratio in dB; infinite for equal images.
   *
   * @param a [H, W, 3] in [0, 255]
   * @param b same
   */
  public double psnr(Tensor a, Tensor b) {
    return ImageQuality.psnr(planes(a).values, planes(b).values, PEAK);
  }

  /**
   * Structural similarity: Gaussian window of 11x11, where it fits; the mean over the channels.
   *
   * @param a [H, W, 3] in [0, 255]
   * @param b same
   */
  public double ssim(Tensor a, Tensor b) {
    Planes x = planes(a);
    Planes y = planes(b);
    return ImageQuality.ssim(
        x.values, y.values, x.channels, x.height, x.width, PEAK, ImageQuality.Window.gaussian());
  }

  private Planes planes(Tensor image) {
    int border = config.crop_border;
    if (image.dim() != 3
        || image.size(2) != 3
        || image.size(0) <= 2L * border
        || image.size(1) <= 2L * border) {
      throw new IllegalArgumentException(
          "expected an image [H, W, 3] of more than %d pixels in height and width, got %s"
              .formatted(2 * border, image));
    }
    int height = (int) image.size(0) - 2 * border;
    int width = (int) image.size(1) - 2 * border;
    double[] rgb =
        image
            .slice(0, border, border + height)
            .slice(1, border, border + width)
            .permute(2, 0, 1)
            .to(DType.F64)
            .to(Device.CPU)
            .contiguous()
            .toDoubles();
    return config.test_y_channel
        ? new Planes(luma(rgb, height * width), 1, height, width)
        : new Planes(rgb, 3, height, width);
  }

  private static double[] luma(double[] rgb, int pixels) {
    double[] y = new double[pixels];
    for (int i = 0; i < pixels; i++) {
      y[i] = lumaOf(rgb[i], rgb[pixels + i], rgb[2 * pixels + i]);
    }
    return y;
  }

  /** The luma, 16 to 235, of red, green and blue in [0, 255]. */
  static double lumaOf(double red, double green, double blue) {
    return LUMA_OFFSET + lumaDifference(red, green, blue);
  }

  /** The difference of two lumas, of the differences of red, green and blue. */
  static double lumaDifference(double red, double green, double blue) {
    return (LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue) / PEAK;
  }
}
