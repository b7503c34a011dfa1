package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PatchesCommandsTest {
  @TempDir private Path folder;

  private Path picture(String name, int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < width * height; i++) {
      int grey = (int) (127 + 90 * Math.sin(0.2 * (i % width) + 0.1 * (i / width)));
      image.setRGB(i % width, i / width, grey << 16 | grey << 8 | 255 - grey);
    }
    Path file = folder.resolve(name);
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  @Test
  void learnsToEnlargeAndEnlarges() throws IOException {
    Path photo = picture("photo.png", 100, 40);
    Path network = folder.resolve("larger.safetensors");
    TestConsole fit = new TestConsole();
    int code =
        fit.run(
            "patches",
            "fit",
            "--data",
            photo.toString(),
            "--task",
            "enlarge",
            "--out",
            network.toString(),
            "--set",
            "patches=600",
            "--set",
            "epochs=2",
            "--set",
            "width=96",
            "--set",
            "patch=8",
            "--set",
            "bottleneck=8",
            "--set",
            "depth=1",
            "--json");
    assertThat(code).as(fit.err()).isZero();
    assertThat(fit.out()).contains("\"images\"", "\"psnr_before\"");
    Path large = folder.resolve("large.png");
    TestConsole restore = new TestConsole();
    assertThat(
            restore.run(
                "patches",
                "restore",
                "--weights",
                network.toString(),
                "--data",
                photo.toString(),
                "--out",
                large.toString()))
        .as(restore.err())
        .isZero();
    assertThat(restore.out()).contains("200 x 80 pixels");
    assertThat(ImageIO.read(large.toFile()).getWidth()).isEqualTo(200);
  }

  @Test
  void refusesBadRequests() throws IOException {
    Path photo = picture("photo.png", 100, 40);
    refuses("unknown task 'sharpen'", "--data", photo.toString(), "--task", "sharpen");
    refuses("has no images", "--data", folder.resolve(".").toString(), "--set", "patch=12");
    refuses("did you mean 'depth'", "--data", photo.toString(), "--set", "depht=2");
    TestConsole console = new TestConsole();
    assertThat(
            console.run(
                "patches",
                "restore",
                "--weights",
                "x",
                "--data",
                photo.toString(),
                "--out",
                "a.jpg"))
        .isEqualTo(2);
    assertThat(console.err()).contains("--out is a PNG file, got a.jpg");
  }

  private void refuses(String message, String... options) throws IOException {
    if (message.startsWith("has no images")) {
      java.nio.file.Files.delete(folder.resolve("photo.png"));
    }
    TestConsole console = new TestConsole();
    String[] all = new String[options.length + 4];
    System.arraycopy(options, 0, all, 4, options.length);
    all[0] = "patches";
    all[1] = "fit";
    all[2] = "--out";
    all[3] = folder.resolve("o.safetensors").toString();
    assertThat(console.run(all)).as(console.err()).isEqualTo(2);
    assertThat(console.err()).contains(message);
    picture("photo.png", 100, 40);
  }
}
