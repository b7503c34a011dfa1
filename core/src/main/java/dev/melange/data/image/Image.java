package dev.melange.data.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.util.Arrays;

/**
 * An 8-bit image: samples 0..255, planar (channel, row, column), 1 channel (grey) or 3 (red, green,
 * blue).
 *
 * @param channels 1 or 3
 * @param height rows
 * @param width columns
 * @param data the samples, of length channels * height * width; owned by the image and not to be
 *     changed
 */
public record Image(int channels, int height, int width, byte[] data) {
  /** Checks that shape and data agree. */
  public Image {
    if ((channels != 1 && channels != 3) || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "an image has 1 or 3 channels and at least one pixel, got shape [%d, %d, %d]"
              .formatted(channels, height, width));
    }
    if (data.length != (long) channels * height * width) {
      throw new IllegalArgumentException(
          "an image of shape [%d, %d, %d] has %,d samples, got %,d"
              .formatted(channels, height, width, (long) channels * height * width, data.length));
    }
  }

  /** One sample, 0..255. */
  public int get(int channel, int y, int x) {
    return data[(channel * height + y) * width + x] & 0xff;
  }

  /** Samples per channel. */
  public int pixels() {
    return height * width;
  }

  /** Same shape and same samples. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Image that
        && channels == that.channels
        && height == that.height
        && width == that.width
        && Arrays.equals(data, that.data);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * height + width) + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return "Image[%d, %d, %d]".formatted(channels, height, width);
  }

  /**
   * The image with this many channels: grey is repeated, colour becomes grey by the ITU-R 601 luma
   * (0.299 R + 0.587 G + 0.114 B, rounded).
   *
   * @param wanted 1 or 3
   */
  public Image withChannels(int wanted) {
    if (wanted == channels) {
      return this;
    }
    int n = pixels();
    byte[] result = new byte[wanted * n];
    if (wanted == 3) {
      for (int c = 0; c < 3; c++) {
        System.arraycopy(data, 0, result, c * n, n);
      }
    } else {
      for (int i = 0; i < n; i++) {
        result[i] = (byte) luma(data[i] & 0xff, data[n + i] & 0xff, data[2 * n + i] & 0xff);
      }
    }
    return new Image(wanted, height, width, result);
  }

  // 16-bit fixed point, as the common imaging libraries round it.
  static int luma(int red, int green, int blue) {
    return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }

  /**
   * A part of the image.
   *
   * @param top first row
   * @param left first column
   */
  public Image crop(int top, int left, int rows, int columns) {
    if (top < 0
        || left < 0
        || rows < 1
        || columns < 1
        || top + rows > height
        || left + columns > width) {
      throw new IllegalArgumentException(
          "a crop of %dx%d at row %d, column %d is not inside an image of %dx%d"
              .formatted(rows, columns, top, left, height, width));
    }
    byte[] result = new byte[channels * rows * columns];
    for (int c = 0; c < channels; c++) {
      for (int y = 0; y < rows; y++) {
        System.arraycopy(
            data, (c * height + top + y) * width + left, result, (c * rows + y) * columns, columns);
      }
    }
    return new Image(channels, rows, columns, result);
  }

  /** Samples scaled to 0..1. */
  public FloatImage toFloat() {
    float[] result = new float[data.length];
    for (int i = 0; i < data.length; i++) {
      result[i] = (data[i] & 0xff) / 255f;
    }
    return new FloatImage(channels, height, width, result);
  }

  /**
   * From AWT's form. Grey stays grey (1 channel); anything else becomes red, green, blue. An alpha
   * channel is left out: colours are taken as stored. 16-bit samples keep their upper 8 bits.
   */
  public static Image of(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    ColorModel model = image.getColorModel();
    Raster raster = image.getRaster();
    int n = width * height;
    // getRGB would convert linear grey to sRGB and change the stored samples.
    if (!(model instanceof IndexColorModel) && raster.getNumBands() <= 2) {
      int shift = Math.max(0, model.getComponentSize(0) - 8);
      int max = (1 << Math.min(8, model.getComponentSize(0))) - 1;
      byte[] grey = new byte[n];
      int[] row = new int[width];
      for (int y = 0; y < height; y++) {
        raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
        for (int x = 0; x < width; x++) {
          grey[y * width + x] = (byte) ((row[x] >> shift) * 255 / max);
        }
      }
      return new Image(1, height, width, grey);
    }
    byte[] colour = new byte[3 * n];
    int[] row = new int[width];
    for (int y = 0; y < height; y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int x = 0; x < width; x++) {
        int i = y * width + x;
        colour[i] = (byte) (row[x] >> 16);
        colour[n + i] = (byte) (row[x] >> 8);
        colour[2 * n + i] = (byte) row[x];
      }
    }
    return new Image(3, height, width, colour);
  }

  /** To AWT's form: TYPE_BYTE_GRAY or TYPE_INT_RGB. */
  public BufferedImage toBufferedImage() {
    if (channels == 1) {
      BufferedImage grey = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
      grey.getRaster().setDataElements(0, 0, width, height, data.clone());
      return grey;
    }
    BufferedImage colour = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int n = pixels();
    int[] rgb = new int[n];
    for (int i = 0; i < n; i++) {
      rgb[i] = (data[i] & 0xff) << 16 | (data[n + i] & 0xff) << 8 | (data[2 * n + i] & 0xff);
    }
    colour.setRGB(0, 0, width, height, rgb, 0, width);
    return colour;
  }
}
