package dev.melange.cli;

import dev.melange.data.image.Image;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Folders of photographs that can be told apart, and commands that work on them. */
final class TestPhotos {
  private static final long SEED = 5;

  private TestPhotos() {}

  /** What a command came to. */
  record Ran(int code, String out, String err) {}

  /** Runs a command line. */
  static Ran run(String... args) {
    return run(new Cancellation(), args);
  }

  /** Runs a command line that may be stopped. */
  static Ran run(Cancellation cancellation, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        new Main(
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Terminal.NONE,
                cancellation)
            .execute(args);
    return new Ran(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /**
   * Photos of several sizes with noise: of colours, one of whose channels is bright, or of grey
   * stripes that begin bright or dark.
   *
   * @param folder gets a folder for each class
   */
  static Path write(Path folder, int channels, int perClass, String... classes) throws IOException {
    Random random = new Random(SEED);
    for (int c = 0; c < classes.length; c++) {
      Path of = Files.createDirectories(folder.resolve(classes[c]));
      for (int i = 0; i < perClass; i++) {
        int height = 20 + random.nextInt(20);
        int width = 20 + random.nextInt(20);
        byte[] data = new byte[channels * height * width];
        for (int j = 0; j < data.length; j++) {
          boolean bright = channels == 3 ? j / (height * width) == c : (j / width / 4) % 2 == c;
          data[j] = (byte) ((bright ? 180 : 30) + random.nextInt(60));
        }
        ImageIO.write(
            new Image(channels, height, width, data).toBufferedImage(),
            "png",
            of.resolve(i + ".png").toFile());
      }
    }
    return folder;
  }
}
