package dev.melange.data.image;

import java.awt.Color;
import java.util.Arrays;

/** Operations on samples, as the usual 8-bit imaging library (Pillow) defines them. */
final class Pixels {
  private Pixels() {}

  /** Applies a table of 256 values, or 256 per channel. */
  static Image lookup(Image image, int[]... tables) {
    byte[] in = image.data();
    byte[] result = new byte[in.length];
    int n = image.pixels();
    for (int i = 0; i < in.length; i++) {
      int[] table = tables[tables.length == 1 ? 0 : i / n];
      result[i] = (byte) table[in[i] & 0xff];
    }
    return new Image(image.channels(), image.height(), image.width(), result);
  }

  /** from + factor * (to - from), cut to 0..255 without rounding; factors may exceed 0..1. */
  static Image blend(byte[] from, Image to, double factor) {
    byte[] in = to.data();
    byte[] result = new byte[in.length];
    float f = (float) factor;
    for (int i = 0; i < in.length; i++) {
      int a = from[i] & 0xff;
      float mixed = a + f * ((in[i] & 0xff) - a);
      result[i] = (byte) Math.max(0, Math.min(255, (int) mixed));
    }
    return new Image(to.channels(), to.height(), to.width(), result);
  }

  /** Factor 0 is black, 1 the image. */
  static Image brightness(Image image, double factor) {
    return blend(new byte[image.data().length], image, factor);
  }

  /** Factor 0 is the image's mean grey, 1 the image. */
  static Image contrast(Image image, double factor) {
    byte[] grey = image.withChannels(1).data();
    long sum = 0;
    for (byte sample : grey) {
      sum += sample & 0xff;
    }
    byte[] mean = new byte[image.data().length];
    Arrays.fill(mean, (byte) (int) ((double) sum / grey.length + 0.5));
    return blend(mean, image, factor);
  }

  /** Factor 0 is grey, 1 the image; a grey image stays as it is. */
  static Image saturation(Image image, double factor) {
    return image.channels() == 1
        ? image
        : blend(image.withChannels(1).withChannels(3).data(), image, factor);
  }

  /** Factor 0 is smoothed (3x3, centre 5, others 1, over 13), 1 the image. */
  static Image sharpness(Image image, double factor) {
    int h = image.height();
    int w = image.width();
    byte[] smooth = image.data().clone();
    for (int c = 0; c < image.channels(); c++) {
      for (int y = 1; y < h - 1; y++) {
        for (int x = 1; x < w - 1; x++) {
          int sum = 4 * image.get(c, y, x);
          for (int dy = -1; dy <= 1; dy++) {
            for (int dx = -1; dx <= 1; dx++) {
              sum += image.get(c, y + dy, x + dx);
            }
          }
          smooth[(c * h + y) * w + x] = (byte) (int) (sum / 13f + 0.5f);
        }
      }
    }
    return blend(smooth, image, factor);
  }

  /**
   * Turns the hue; a grey image stays as it is.
   *
   * @param turn part of the circle, -0.5..0.5
   */
  static Image hue(Image image, double turn) {
    if (image.channels() == 1) {
      return image;
    }
    int n = image.pixels();
    byte[] in = image.data();
    byte[] result = new byte[in.length];
    float[] hsb = new float[3];
    for (int i = 0; i < n; i++) {
      Color.RGBtoHSB(in[i] & 0xff, in[n + i] & 0xff, in[2 * n + i] & 0xff, hsb);
      int rgb = Color.HSBtoRGB((float) (hsb[0] + turn), hsb[1], hsb[2]);
      result[i] = (byte) (rgb >> 16);
      result[n + i] = (byte) (rgb >> 8);
      result[2 * n + i] = (byte) rgb;
    }
    return new Image(3, image.height(), image.width(), result);
  }

  /** Stretches each channel so that its least value becomes 0 and its largest 255. */
  static Image autoContrast(Image image) {
    int[][] tables = new int[image.channels()][256];
    for (int c = 0; c < tables.length; c++) {
      int[] counts = histogram(image, c);
      int low = 0;
      while (counts[low] == 0) {
        low++;
      }
      int high = 255;
      while (counts[high] == 0) {
        high--;
      }
      for (int v = 0; v < 256; v++) {
        double scale = high <= low ? 1 : 255.0 / (high - low);
        double shift = high <= low ? 0 : -low * scale;
        tables[c][v] = Math.max(0, Math.min(255, (int) (v * scale + shift)));
      }
    }
    return lookup(image, tables);
  }

  /** Makes each channel's histogram as flat as may be. */
  static Image equalize(Image image) {
    int[][] tables = new int[image.channels()][256];
    for (int c = 0; c < tables.length; c++) {
      int[] counts = histogram(image, c);
      int last = 255;
      while (counts[last] == 0) {
        last--;
      }
      int step = (image.pixels() - counts[last]) / 255;
      int sum = step / 2;
      for (int v = 0; v < 256; v++) {
        tables[c][v] = step == 0 ? v : Math.min(255, sum / step);
        sum += counts[v];
      }
    }
    return lookup(image, tables);
  }

  private static int[] histogram(Image image, int channel) {
    int[] counts = new int[256];
    int n = image.pixels();
    for (int i = channel * n; i < (channel + 1) * n; i++) {
      counts[image.data()[i] & 0xff]++;
    }
    return counts;
  }

  /**
   * Moves pixels: the result at (x, y) is the image at (a x + b y + c, d x + e y + f), pixel
   * centres at halves; what comes from outside has the fill colour.
   */
  static Image affine(Image image, double[] m, boolean bicubic, int[] fill) {
    int h = image.height();
    int w = image.width();
    byte[] result = new byte[image.data().length];
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        double sx = m[0] * (x + 0.5) + m[1] * (y + 0.5) + m[2];
        double sy = m[3] * (x + 0.5) + m[4] * (y + 0.5) + m[5];
        boolean inside = sx >= 0 && sx < w && sy >= 0 && sy < h;
        for (int c = 0; c < image.channels(); c++) {
          int value =
              inside ? sample(image, c, sx - 0.5, sy - 0.5, bicubic) : fill[c % fill.length];
          result[(c * h + y) * w + x] = (byte) value;
        }
      }
    }
    return new Image(image.channels(), h, w, result);
  }

  private static int sample(Image image, int c, double x, double y, boolean bicubic) {
    int x0 = (int) Math.floor(x);
    int y0 = (int) Math.floor(y);
    int from = bicubic ? -1 : 0;
    int to = bicubic ? 2 : 1;
    double sum = 0;
    for (int j = from; j <= to; j++) {
      double row = 0;
      int sy = Math.max(0, Math.min(image.height() - 1, y0 + j));
      for (int i = from; i <= to; i++) {
        int sx = Math.max(0, Math.min(image.width() - 1, x0 + i));
        row += weight(x - x0 - i, bicubic) * image.get(c, sy, sx);
      }
      sum += weight(y - y0 - j, bicubic) * row;
    }
    return Math.max(0, Math.min(255, (int) Math.floor(sum + 0.5)));
  }

  // Cubic convolution with a = -1, which is what Pillow uses for moving pixels.
  private static double weight(double distance, boolean bicubic) {
    double d = Math.abs(distance);
    if (!bicubic) {
      return Math.max(0, 1 - d);
    }
    return d < 1 ? d * d * (d - 2) + 1 : d < 2 ? ((5 - d) * d - 8) * d + 4 : 0;
  }
}
