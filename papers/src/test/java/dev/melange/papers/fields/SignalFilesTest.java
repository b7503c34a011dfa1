package dev.melange.papers.fields;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.data.DataException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignalFilesTest {
  @TempDir private Path folder;

  private Path picture(String name, int width, int height, int type) throws IOException {
    BufferedImage image = new BufferedImage(width, height, type);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, 0xff000000 | 0x010203 * (i % 80));
    }
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  private Path text(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static String column(int rows, int missing) {
    StringBuilder csv = new StringBuilder("height\n");
    for (int i = 0; i < rows; i++) {
      csv.append(i == missing ? "nan" : String.valueOf(3 + 0.5 * i)).append('\n');
    }
    return csv.toString();
  }

  @Test
  void keepsTheUnitsOfATable() throws IOException {
    Signal line = SignalFiles.read(text("line.csv", column(40, -1)));
    assertThat(line.kind()).isEqualTo(Signal.Kind.LINE);
    assertThat(line.shape().channels()).containsExactly("height");
    assertThat(line.values()[0]).isZero();
    assertThat(line.values()[39]).isEqualTo(1);
    assertThat(line.channel(0)[10]).isCloseTo(8, within(1e-6));
    Path copy = folder.resolve("copy.csv");
    SignalFiles.write(line, copy);
    assertThat(SignalFiles.read(copy).values()).isEqualTo(line.values());
  }

  @Test
  void keepsASound() throws IOException {
    float[] values = new float[200];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.5 + 0.5 * Math.sin(0.3 * i));
    }
    Signal.Shape shape =
        new Signal.Shape(List.of(200), List.of("channel 1"), List.of(-0.5), List.of(0.5), 8000);
    Path file = folder.resolve("tone.wav");
    SignalFiles.write(new Signal("tone", shape, values), file);
    Signal read = SignalFiles.read(file);
    assertThat(read.shape().rate()).isEqualTo(8000);
    assertThat(read.channel(0)[33]).isCloseTo(0.5 * Math.sin(0.3 * 33), within(1e-4));
    assertThatThrownBy(
            () -> SignalFiles.write(SignalFiles.read(text("l.csv", column(40, -1))), file))
        .hasMessageContaining("no sample rate");
  }

  @Test
  void readsFramesInOrder() throws IOException {
    picture("film/b.png", 12, 10, BufferedImage.TYPE_INT_RGB);
    picture("film/a.png", 12, 10, BufferedImage.TYPE_BYTE_GRAY);
    text("film/.hidden", "not a frame");
    text("film/Thumbs.db", "not a frame");
    Signal film = SignalFiles.read(folder.resolve("film"));
    assertThat(film.shape().sizes()).containsExactly(2, 10, 12);
    Signal grey = film.frame(0);
    assertThat(grey.values()[5]).isEqualTo(grey.values()[120 + 5]);
    Path copy = folder.resolve("copy");
    SignalFiles.write(film, copy);
    assertThat(SignalFiles.read(copy).values()).isEqualTo(film.values());
  }

  @Test
  void saysWhatIsWrongWithAFile() throws IOException {
    refuses(transparent("alpha.png", 20, 20), "has 399 transparent pixels of 400");
    picture("uneven/a.png", 20, 20, BufferedImage.TYPE_INT_RGB);
    picture("uneven/b.png", 20, 21, BufferedImage.TYPE_INT_RGB);
    refuses(folder.resolve("uneven"), "same size");
    picture("single/a.png", 20, 20, BufferedImage.TYPE_INT_RGB);
    refuses(folder.resolve("single"), "has 1 image; a video needs at least 2 frames");
    picture("mixed/a.png", 20, 20, BufferedImage.TYPE_INT_RGB);
    text("mixed/notes.txt", "not a frame");
    refuses(folder.resolve("mixed"), "notes.txt is no image");
    refuses(picture("dot.png", 3, 20, BufferedImage.TYPE_INT_RGB), "at least 8 x 8");
    refuses(text("text.png", "hello"), "not an image");
    refuses(text("none.csv", ""), "is empty");
    refuses(text("short.csv", column(5, -1)), "at least 16");
    refuses(text("gap.csv", column(40, 7)), "no value in row 8");
    refuses(text("words.csv", column(40, -1).replace("5.0", "five")), "'five' is not a number");
    refuses(text("flat.csv", "a\n" + "1\n".repeat(40)), "is constant");
    refuses(text("bad.wav", "RIFF and no more"), "not a WAV file");
    refuses(text("letter.doc", "x"), "should end in .csv");
    refuses(folder.resolve("missing.png"), "does not exist");
    Path line = text("line.csv", column(40, -1));
    assertThatThrownBy(() -> SignalFiles.read(line, List.of("width")))
        .hasMessageContaining("no column 'width'; it has height");
  }

  @Test
  void readsAnAlphaChannelThatCoversEverything() throws IOException {
    BufferedImage image = new BufferedImage(20, 20, BufferedImage.TYPE_INT_ARGB);
    for (int i = 0; i < 400; i++) {
      image.setRGB(i % 20, i / 20, 0xff102000 + i);
    }
    Path file = folder.resolve("opaque.png");
    assertThat(ImageIO.write(image, "png", file.toFile())).isTrue();
    float[] values = SignalFiles.read(file).values();
    assertThat(values[7]).isEqualTo(0x10 / 255f);
    assertThat(values[800 + 7]).isEqualTo(7 / 255f);
  }

  /** Transparent but for the first pixel. */
  private Path transparent(String name, int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0xff112233);
    Path file = folder.resolve(name);
    assertThat(ImageIO.write(image, "png", file.toFile())).isTrue();
    return file;
  }

  private static void refuses(Path file, String message) {
    assertThatThrownBy(() -> SignalFiles.read(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }
}
