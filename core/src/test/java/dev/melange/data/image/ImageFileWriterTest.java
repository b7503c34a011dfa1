package dev.melange.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFileWriterTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void pngsAreReadBackUnchanged(int channels) throws IOException {
    byte[] data = new byte[channels * 7 * 5];
    new Random(1).nextBytes(data);
    Image image = new Image(channels, 7, 5, data);
    Path file = folder.resolve("x.PNG");
    ImageFileWriter.write(image, file);
    assertThat(ImageFiles.read(file)).isEqualTo(image);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
  }

  @Test
  void jpegsAreReadBackAlmostUnchanged() throws IOException {
    byte[] data = new byte[3 * 16 * 16];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (40 + i / 4);
    }
    Image image = new Image(3, 16, 16, data);
    Path file = folder.resolve("x.jpg");
    ImageFileWriter.write(image, file);
    Image back = ImageFiles.read(file);
    double sum = 0;
    for (int i = 0; i < data.length; i++) {
      sum += Math.abs((data[i] & 0xff) - (back.data()[i] & 0xff));
    }
    assertThat(sum / data.length).isCloseTo(0, within(4.0));
  }

  @Test
  void refusesOtherFormats() {
    Image image = new Image(1, 1, 1, new byte[1]);
    assertThatThrownBy(() -> ImageFileWriter.write(image, folder.resolve("x.tiff")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(".png, .jpg or .jpeg");
    assertThat(ImageFileWriter.isWritable(folder.resolve("png"))).isTrue();
    assertThat(ImageFileWriter.isWritable(folder.resolve("x.webp"))).isFalse();
  }
}
