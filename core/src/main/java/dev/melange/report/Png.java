package dev.melange.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** PNG bytes of an image. */
final class Png {
  private Png() {}

  static byte[] encode(BufferedImage image) {
    var bytes = new ByteArrayOutputStream();
    // Memory, not ImageIO's default cache file: a report must not need a temporary folder.
    try (var stream = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(image, "png", stream)) {
        throw new IllegalStateException(
            "this Java runtime has no PNG writer (module java.desktop)");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
