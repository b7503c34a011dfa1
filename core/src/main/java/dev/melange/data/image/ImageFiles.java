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
import java.util.regex.Pattern;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads image files: JPEG (CMYK too), PNG, GIF (the first picture), BMP and WebP, recognised by
 * their contents. A JPEG is turned upright as its EXIF orientation says. Transparency is left out.
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
    if (!Files.isRegularFile(file)) {
      throw new DataException(file + " is not a file; give an image file");
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new DataException(
          "%s has %,d bytes, more than the %,d an image may have"
              .formatted(file, Files.size(file), MAX_BYTES));
    }
    return decode(file.toString(), Files.readAllBytes(file), maxPixels);
  }

  /**
   * Whether a file's picture has an alpha channel, or a colour that stands for transparency. Only
   * the head of the file is decoded; false for files that are no images.
   */
  public static boolean hasAlpha(Path file) throws IOException {
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      Iterator<ImageReader> readers = in == null ? null : ImageIO.getImageReaders(in);
      if (readers == null || !readers.hasNext()) {
        return false;
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        ImageTypeSpecifier type = reader.getRawImageType(0);
        Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
        if (type == null && types.hasNext()) {
          type = types.next();
        }
        return type != null && type.getColorModel() != null && type.getColorModel().hasAlpha();
      } finally {
        reader.dispose();
      }
    }
  }

  /**
   * Decodes a file's contents.
   *
   * @param name what messages call it
   * @param maxPixels refuses a larger image before decoding it
   */
  public static Image decode(String name, byte[] bytes, long maxPixels) {
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
        return orient(decode(name, reader, in, maxPixels), JpegOrientation.of(bytes));
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

  private static Image decode(String name, ImageReader reader, ImageInputStream in, long maxPixels)
      throws IOException {
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
    return Image.of(decoded);
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
