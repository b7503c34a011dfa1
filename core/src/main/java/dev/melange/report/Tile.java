package dev.melange.report;

import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/** One picture of an {@link ImageGrid}, with its caption and label bar. Immutable. */
public final class Tile {
  /**
   * A part of a mixed sample's label.
   *
   * @param label class name
   * @param share from 0 to 1
   */
  public record Share(String label, double share) {
    /** Checks the share. */
    public Share {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException(
            "share of \"" + label + "\" must be from 0 to 1, got " + share);
      }
    }
  }

  private final BufferedImage image;
  private final String caption;
  private final List<Share> shares;

  private Tile(BufferedImage image, String caption, List<Share> shares) {
    this.image = image;
    this.caption = caption;
    this.shares = shares;
  }

  /** A copy of an image. */
  public static Tile of(BufferedImage image) {
    var copy = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_ARGB);
    Graphics2D graphics = copy.createGraphics();
    graphics.drawImage(image, 0, 0, null);
    graphics.dispose();
    return new Tile(copy, "", List.of());
  }

  /**
   * An image of planar values in 0..1, clamped; NaN becomes transparent.
   *
   * @param values [channels, height, width] in row-major order
   * @param channels 1 (grey), 3 (RGB)
   */
  public static Tile chw(float[] values, int channels, int height, int width) {
    if ((channels != 1 && channels != 3) || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "an image tile needs [1 or 3, height, width], got ["
              + channels
              + ", "
              + height
              + ", "
              + width
              + "]");
    }
    long expected = (long) channels * height * width;
    if (values.length != expected) {
      throw new IllegalArgumentException(
          "an image tile of ["
              + channels
              + ", "
              + height
              + ", "
              + width
              + "] needs "
              + expected
              + " values, got "
              + values.length);
    }
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    int plane = height * width;
    for (int i = 0; i < plane; i++) {
      int argb = 0xFF;
      boolean gap = false;
      for (int c = 0; c < 3; c++) {
        float v = values[channels == 1 ? i : c * plane + i];
        gap |= Float.isNaN(v);
        argb = argb << 8 | Math.round(Math.max(0, Math.min(1, v)) * 255);
      }
      image.setRGB(i % width, i / width, gap ? 0 : argb);
    }
    return new Tile(image, "", List.of());
  }

  /** Weights as blue (below zero), white and red (above), symmetric about zero. */
  public static Tile weights(double[][] values) {
    double size = finite(values).map(Math::abs).max().orElse(1);
    return colored(values, ColorMap.DIVERGING, -size, size);
  }

  /** A matrix in the colours of a scale, from its least to its greatest value. */
  public static Tile heat(double[][] values, ColorMap colors) {
    return colored(values, colors, finite(values).min().orElse(0), finite(values).max().orElse(1));
  }

  /**
   * A matrix in colours; NaN and infinite values become transparent.
   *
   * @param values values[row][column], rectangular, at least 1 by 1
   * @param low value of the first colour
   * @param high value of the last colour
   */
  public static Tile colored(double[][] values, ColorMap colors, double low, double high) {
    requireMatrix(values);
    var image = new BufferedImage(values[0].length, values.length, BufferedImage.TYPE_INT_ARGB);
    for (int y = 0; y < values.length; y++) {
      for (int x = 0; x < values[y].length; x++) {
        double v = values[y][x];
        image.setRGB(x, y, Double.isFinite(v) ? 0xFF000000 | colors.rgb(share(v, low, high)) : 0);
      }
    }
    return new Tile(image, "", List.of());
  }

  /**
   * This picture under a heat map, as class activation maps are shown. The map is stretched to the
   * picture bilinearly and coloured from its least to its greatest value.
   *
   * @param map map[row][column], any size; values that are not finite count as the least
   * @param opacity of the colours, from 0 to 1; 0.5 is usual
   */
  public Tile withHeat(double[][] map, ColorMap colors, double opacity) {
    requireMatrix(map);
    if (!(opacity >= 0 && opacity <= 1)) {
      throw new IllegalArgumentException("opacity must be from 0 to 1, got " + opacity);
    }
    double low = finite(map).min().orElse(0);
    double high = finite(map).max().orElse(1);
    var mixed = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_ARGB);
    for (int y = 0; y < mixed.getHeight(); y++) {
      for (int x = 0; x < mixed.getWidth(); x++) {
        double v =
            bilinear(
                map,
                (y + 0.5) * map.length / mixed.getHeight() - 0.5,
                (x + 0.5) * map[0].length / mixed.getWidth() - 0.5,
                low);
        int below = image.getRGB(x, y);
        int heat = colors.rgb(share(v, low, high));
        mixed.setRGB(x, y, (below & 0xFF000000) | ColorMap.mix(below & 0xFFFFFF, heat, opacity));
      }
    }
    return new Tile(mixed, caption, shares);
  }

  /** With a caption under the picture, plain text. */
  public Tile captioned(String text) {
    return new Tile(image, text == null ? "" : text, shares);
  }

  /** With a bar under the picture whose colours and lengths are the shares of labels. */
  public Tile shares(Share... parts) {
    double sum = Arrays.stream(parts).mapToDouble(Share::share).sum();
    if (sum > 1 + 1e-6) {
      throw new IllegalArgumentException("shares must not exceed 1 in all, got " + sum);
    }
    return new Tile(image, caption, List.of(parts));
  }

  /** The caption, empty if there is none. */
  public String caption() {
    return caption;
  }

  /** The label bar's parts, empty if there is none. */
  public List<Share> shares() {
    return shares;
  }

  /** The picture in its own size, a copy. */
  public BufferedImage toImage() {
    return of(image).image;
  }

  int width() {
    return image.getWidth();
  }

  int height() {
    return image.getHeight();
  }

  /** PNG bytes, averaged down to at most {@code limit} pixels of width: pages need no more. */
  byte[] png(int limit) {
    if (width() <= limit) {
      return Png.encode(image);
    }
    int height = Math.max(1, (int) Math.round((double) limit * height() / width()));
    var small = new BufferedImage(limit, height, BufferedImage.TYPE_INT_ARGB);
    Graphics2D graphics = small.createGraphics();
    graphics.drawImage(
        image.getScaledInstance(limit, height, Image.SCALE_AREA_AVERAGING), 0, 0, null);
    graphics.dispose();
    return Png.encode(small);
  }

  /** Paints the picture with the given size; averaged where it is made smaller. */
  void draw(Graphics2D graphics, int x, int y, int width, int height, boolean smooth) {
    if (width < width()) {
      Image small = image.getScaledInstance(width, height, Image.SCALE_AREA_AVERAGING);
      graphics.drawImage(small, x, y, null);
      return;
    }
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION,
        smooth
            ? RenderingHints.VALUE_INTERPOLATION_BILINEAR
            : RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
    graphics.drawImage(image, x, y, width, height, null);
  }

  private static double share(double value, double low, double high) {
    return low < high ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5;
  }

  private static DoubleStream finite(double[][] values) {
    return Arrays.stream(values).flatMapToDouble(Arrays::stream).filter(Double::isFinite);
  }

  private static void requireMatrix(double[][] values) {
    for (double[] row : values) {
      if (row.length == 0 || row.length != values[0].length) {
        throw new IllegalArgumentException(
            "a tile needs rows of one length of at least 1, got "
                + row.length
                + " and "
                + values[0].length);
      }
    }
    if (values.length == 0) {
      throw new IllegalArgumentException("a tile needs at least one row, got none");
    }
  }

  private static double bilinear(double[][] map, double y, double x, double gap) {
    int y0 = clamp((int) Math.floor(y), map.length);
    int x0 = clamp((int) Math.floor(x), map[0].length);
    int y1 = clamp((int) Math.floor(y) + 1, map.length);
    int x1 = clamp((int) Math.floor(x) + 1, map[0].length);
    double fy = y - Math.floor(y);
    double fx = x - Math.floor(x);
    double top = at(map, y0, x0, gap) * (1 - fx) + at(map, y0, x1, gap) * fx;
    double bottom = at(map, y1, x0, gap) * (1 - fx) + at(map, y1, x1, gap) * fx;
    return top * (1 - fy) + bottom * fy;
  }

  private static double at(double[][] map, int y, int x, double gap) {
    return Double.isFinite(map[y][x]) ? map[y][x] : gap;
  }

  private static int clamp(int i, int length) {
    return Math.max(0, Math.min(length - 1, i));
  }
}
