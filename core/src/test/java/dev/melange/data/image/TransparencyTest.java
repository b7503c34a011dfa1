package dev.melange.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.DataException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transparent pixels of files: refused, put on a background, or left out. */
class TransparencyTest {
  private static final int SIDE = 10;

  @TempDir private Path folder;

  private Path write(String name, BufferedImage image, String format) throws IOException {
    Path file = folder.resolve(name);
    assertThat(ImageIO.write(image, format, file.toFile())).isTrue();
    return file;
  }

  /** Three pixels of a palette's transparent colour, the others red. */
  private static BufferedImage palette() {
    byte[] red = {(byte) 200, 0};
    byte[] none = {0, 0};
    IndexColorModel colours = new IndexColorModel(8, 2, red, none, none, 1);
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_INDEXED, colours);
    for (int x = 0; x < 3; x++) {
      image.getRaster().setSample(x, 4, 0, 1);
    }
    return image;
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "gif"})
  void aTransparentColourOfAPaletteIsFound(String format) throws IOException {
    Path file = write("palette." + format, palette(), format);
    assertThatThrownBy(() -> ImageFiles.readOpaque(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("has 3 transparent pixels of 100")
        .hasMessageContaining("save it without transparency first");
    Image white = ImageFiles.readFlattened(file, 1);
    assertThat(white.get(1, 4, 2) & 0xff).isEqualTo(255);
    assertThat(white.get(0, 4, 3) & 0xff).isEqualTo(200);
    assertThat(white.get(1, 4, 3) & 0xff).isZero();
    assertThat(ImageFiles.readFlattened(file, 0).get(1, 4, 2) & 0xff).isZero();
    assertThat(ImageFiles.read(file).channels()).isEqualTo(3);
  }

  @Test
  void halfTransparentPixelsShowHalfTheBackground() throws IOException {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_ARGB);
    for (int i = 0; i < SIDE * SIDE; i++) {
      image.setRGB(i % SIDE, i / SIDE, 0x80ff0000);
    }
    Path file = write("half.png", image, "png");
    assertThatThrownBy(() -> ImageFiles.readOpaque(file))
        .hasMessageContaining("100 transparent pixels of 100");
    Image grey = ImageFiles.readFlattened(file, 0.5);
    assertThat(grey.get(0, 0, 0) & 0xff).isEqualTo(192); // 128 / 255 red, 127 / 255 of 127.5
    assertThat(grey.get(1, 0, 0) & 0xff).isEqualTo(64);
  }

  @Test
  void anAlphaChannelThatCoversEverythingIsNoTransparency() throws IOException {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_ARGB);
    for (int i = 0; i < SIDE * SIDE; i++) {
      image.setRGB(i % SIDE, i / SIDE, 0xff123456);
    }
    Path file = write("opaque.png", image, "png");
    Image read = ImageFiles.readOpaque(file);
    assertThat(read.get(0, 9, 9) & 0xff).isEqualTo(0x12);
    assertThat(ImageFiles.readFlattened(file, 1).data()).isEqualTo(read.data());
  }
}
