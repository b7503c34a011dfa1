package dev.melange.data.image;

import dev.melange.data.DataException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads image files: JPEG (CMYK too), PNG, GIF (the first picture), BMP and WebP, recognised by
 * their contents. A JPEG is turned upright as its EXIF orientation says. Transparency is left out
 * unless said otherwise.
 */
public final class ImageFiles {
  /** Pixels (width x height) an image may have unless said otherwise: 64 million. */
  public static final long MAX_PIXELS = 64_000_000;

  /** Bytes a file may have: 512 MiB. */
  static final long MAX_BYTES = 512L << 20;

  private static final Pattern NAMES =
      Pattern.compile(".*\\.(jpe?g|png|gif|bmp|webp)", Pattern.CASE_INSENSITIVE);
  // Decoders only warn when data end early and fill up with grey.
  private static final Pattern DAMAGE =
      Pattern.compile("premature|truncat|corrupt|unexpected|missing|invalid|inconsistent|eof");

  private ImageFiles() {}

  /** Whether a file's name has the ending of an image that can be read. */
  public static boolean isImageName(String name) {
    return NAMES.matcher(name).matches();
  }

  /** Reads a file of at most {@link #MAX_PIXELS}. */
  public static Image read(Path file) throws IOException {
    return read(file, MAX_PIXELS);
  }

  /**
   * Reads a file.
   *
   * @param maxPixels refuses a larger image before decoding it
   * @throws DataException if it is not an intact image of a known format, or too large
   */
  public static Image read(Path file, long maxPixels) throws IOException {
    return decode(file.toString(), bytes(file), maxPixels);
  }

  /**
   * Reads a file of at most {@link #MAX_PIXELS} whose transparency must not be left out.
   *
   * @throws DataException as {@link #read(Path)}, and if some pixels are transparent; an alpha
   *     channel that covers everything is no transparency
   */
  public static Image readOpaque(Path file) throws IOException {
    return decode(file.toString(), bytes(file), MAX_PIXELS, ImageFiles::opaque);
  }

  /**
   * Reads a file of at most {@link #MAX_PIXELS} and puts what is transparent on a background.
   *
   * @param background grey value from 0, black, to 1, white
   * @throws DataException as {@link #read(Path)}
   */
  public static Image readFlattened(Path file, double background) throws IOException {
    return decode(
        file.toString(), bytes(file), MAX_PIXELS, (name, image) -> flattened(image, background));
  }

  private static byte[] bytes(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new DataException(file + " is not a file; give an image file");
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new DataException(
          "%s has %,d bytes, more than the %,d an image may have"
              .formatted(file, Files.size(file), MAX_BYTES));
    }
    return Files.readAllBytes(file);
  }

  /**
   * Decodes a file's contents.
   *
   * @param name what messages call it
   * @param maxPixels refuses a larger image before decoding it
   */
  public static Image decode(String name, byte[] bytes, long maxPixels) {
    return decode(name, bytes, maxPixels, (same, image) -> Image.of(image));
  }

  private static Image decode(
      String name, byte[] bytes, long maxPixels, BiFunction<String, BufferedImage, Image> pixels) {
    if (bytes.length == 0) {
      throw new DataException(name + " is empty; it is not an image");
    }
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new DataException(
            "%s is not an image that can be read (JPEG, PNG, GIF, BMP, WebP): it starts with %s; remove or convert it"
                .formatted(name, start(bytes)));
      }
      ImageReader reader = readers.next();
      try {
        BufferedImage decoded = decode(name, reader, in, maxPixels);
        return orient(pixels.apply(name, decoded), JpegOrientation.of(bytes));
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException e) {
      if (e instanceof DataException data) {
        throw data;
      }
      // Decoders meet damaged files with all kinds of exceptions.
      throw damaged(name, e.getMessage(), e);
    }
  }

  private static BufferedImage decode(
      String name, ImageReader reader, ImageInputStream in, long maxPixels) throws IOException {
    String[] warned = new String[1];
    reader.addIIOReadWarningListener(
        (source, warning) -> {
          if (DAMAGE.matcher(warning.toLowerCase(Locale.ROOT)).find()) {
            warned[0] = warning;
          }
        });
    reader.setInput(in, true, true);
    long width = reader.getWidth(0);
    long height = reader.getHeight(0);
    if (width < 1 || height < 1 || width * height > maxPixels) {
      throw new DataException(
          "%s says it is %,d x %,d pixels; the limit is %,d pixels in all: make it smaller"
              .formatted(name, width, height, maxPixels));
    }
    BufferedImage decoded = reader.read(0);
    if (warned[0] != null) {
      throw damaged(name, warned[0], new IIOException(warned[0]));
    }
    return decoded;
  }

  private static Image flattened(BufferedImage image, double background) {
    if (!image.getColorModel().hasAlpha()) {
      return Image.of(image);
    }
    int width = image.getWidth();
    int pixels = width * image.getHeight();
    byte[] data = new byte[3 * pixels];
    int[] argb = image.getRGB(0, 0, width, image.getHeight(), null, 0, width);
    for (int i = 0; i < pixels; i++) {
      double alpha = (argb[i] >>> 24) / 255.0;
      for (int c = 0; c < 3; c++) {
        int colour = (argb[i] >> (16 - 8 * c)) & 0xff;
        data[c * pixels + i] = (byte) Math.round(alpha * colour + (1 - alpha) * background * 255);
      }
    }
    return new Image(3, image.getHeight(), width, data);
  }

  private static Image opaque(String name, BufferedImage image) {
    if (!image.getColorModel().hasAlpha()) {
      return Image.of(image);
    }
    int[] row = new int[image.getWidth()];
    long transparent = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, row.length, 1, row, 0, row.length);
      for (int pixel : row) {
        transparent += pixel >>> 24 == 255 ? 0 : 1;
      }
    }
    if (transparent > 0) {
      throw new DataException(
          "%s has %,d transparent pixels of %,d, and colours alone cannot keep them; put it on a background and save it without transparency first"
              .formatted(name, transparent, (long) row.length * image.getHeight()));
    }
    return Image.of(image);
  }

  private static DataException damaged(String name, String why, Exception cause) {
    return new DataException(
        name
            + " is damaged or cut off"
            + (why == null ? "" : " (" + why + ")")
            + "; fetch or save it again, or remove it",
        cause);
  }

  private static String start(byte[] bytes) {
    String text = new String(bytes, 0, Math.min(12, bytes.length), StandardCharsets.ISO_8859_1);
    return "'" + text.replaceAll("[^ -~]", "?") + "'";
  }

  /** Applies an EXIF orientation 1..8: what is stored becomes what is to be seen. */
  static Image orient(Image image, int orientation) {
    if (orientation == 1) {
      return image;
    }
    int h = image.height();
    int w = image.width();
    boolean turned = orientation >= 5;
    int rows = turned ? w : h;
    int columns = turned ? h : w;
    byte[] result = new byte[image.data().length];
    for (int c = 0; c < image.channels(); c++) {
      for (int y = 0; y < rows; y++) {
        for (int x = 0; x < columns; x++) {
          int sy = turned ? x : y;
          int sx = turned ? y : x;
          // 2: mirrored; 3: upside down; 4: flipped; 5: transposed; 6: turn right; 7: transverse;
          // 8: turn left.
          boolean flipX =
              orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
          boolean flipY =
              orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
          sy = flipY ? h - 1 - sy : sy;
          sx = flipX ? w - 1 - sx : sx;
          result[(c * rows + y) * columns + x] = image.data()[(c * h + sy) * w + sx];
        }
      }
    }
    return new Image(image.channels(), rows, columns, result);
  }
}
