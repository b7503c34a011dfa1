package dev.melange.demo;

import dev.melange.data.image.Image;
import dev.melange.data.image.Resize;
import dev.melange.demo.DemoResult.Picture;
import dev.melange.tensor.Rng;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Makes pictures to be shown. */
final class Pictures {
  private Pictures() {}

  static Picture of(String caption, Image image) {
    return of(caption, image.toBufferedImage());
  }

  /** A small picture whose pixels are to be seen: enlarged by a whole number. */
  static Picture enlarged(String caption, Image image, int least) {
    int times = Math.max(1, (least + image.width() - 1) / image.width());
    Resize larger =
        new Resize(image.height() * times, image.width() * times, Resize.Filter.NEAREST);
    return of(caption, larger.apply(image, new Rng(0)));
  }

  static Picture of(String caption, BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(image, "png", stream)) {
        throw new IllegalStateException("this Java runtime has no PNG writer");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Picture(caption, bytes.toByteArray(), image.getWidth(), image.getHeight());
  }
}
