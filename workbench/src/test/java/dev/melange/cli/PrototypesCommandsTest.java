package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrototypesCommandsTest {
  @TempDir private Path folder;

  /** Stripes along or across, shifted. */
  private Path stripes(String name, boolean along, int shift) throws IOException {
    BufferedImage image = new BufferedImage(12, 12, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 144; i++) {
      int at = along ? i / 12 : i % 12;
      image.setRGB(i % 12, i / 12, (at + shift / 4) / 3 % 2 == 0 ? 0x2040c0 + shift : 0xf0e0a0);
    }
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  private Path photos() throws IOException {
    for (int i = 0; i < 8; i++) {
      stripes("photos/along/" + i + ".png", true, i);
      stripes("photos/across/" + i + ".png", false, i);
    }
    return folder.resolve("photos");
  }

  private static int run(TestConsole console, Object... arguments) {
    List<String> all = new ArrayList<>(List.of("prototypes"));
    for (Object argument : arguments) {
      all.add(argument.toString());
    }
    return console.run(all.toArray(String[]::new));
  }

  @Test
  void learnsToDrawAndDraws() throws IOException {
    Path network = folder.resolve("stripes.safetensors");
    Path learned = folder.resolve("learned.png");
    TestConsole fit = new TestConsole();
    int code =
        run(
            fit,
            "fit",
            "--data",
            photos(),
            "--size",
            12,
            "--set",
            "width=600",
            "--set",
            "depth=1",
            "--set",
            "epochs=40",
            "--out",
            network,
            "--picture",
            learned,
            "--json");
    assertThat(code).as(fit.err()).isZero();
    JsonNode fitted = new ObjectMapper().readTree(fit.out());
    assertThat(fitted.get("accuracy").asDouble()).isEqualTo(100);
    assertThat(fitted.get("psnr").asDouble()).isGreaterThan(15);
    assertThat(ImageIO.read(learned.toFile())).isNotNull();

    Path drawn = folder.resolve("drawn.png");
    Path fresh = stripes("new/fresh.png", true, 3);
    TestConsole draw = new TestConsole();
    assertThat(run(draw, "draw", "--weights", network, fresh, "--out", drawn, "--json"))
        .as(draw.err())
        .isZero();
    JsonNode image = new ObjectMapper().readTree(draw.out()).get("images").get(0);
    assertThat(image.get("class").asText()).isEqualTo("along");
    JsonNode differences = image.get("squared_difference");
    assertThat(differences.get("along").asDouble())
        .isLessThan(differences.get("across").asDouble());
    assertThat(ImageIO.read(drawn.toFile())).isNotNull();

    TestConsole text = new TestConsole();
    assertThat(run(text, "draw", "--weights", network, fresh.getParent(), "--out", drawn)).isZero();
    assertThat(text.out()).contains("fresh.png").contains("along").contains("Picture: " + drawn);

    BufferedImage grey = new BufferedImage(20, 20, BufferedImage.TYPE_BYTE_GRAY);
    Path greyFile = folder.resolve("grey.png");
    ImageIO.write(grey, "png", greyFile.toFile());
    TestConsole refused = new TestConsole();
    assertThat(run(refused, "draw", "--weights", network, greyFile, "--out", drawn)).isEqualTo(2);
    assertThat(refused.err())
        .contains("grey.png")
        .contains("3 channels, got 1")
        .contains("--channels 3");
    assertThat(
            run(
                new TestConsole(),
                "draw",
                "--weights",
                network,
                greyFile,
                "--out",
                drawn,
                "--channels",
                3))
        .isZero();
  }

  @Test
  void refusesBadRequests() throws IOException {
    Path photos = photos();
    Path out = folder.resolve("o.safetensors");
    refuses("--picture is a PNG file", "fit", "--data", photos, "--out", out, "--picture", "a.jpg");
    refuses("did you mean 'depth'", "fit", "--data", photos, "--out", out, "--set", "depht=2");
    refuses("choose a smaller size", "fit", "--data", photos, "--out", out, "--size", 512);
    stripes("one/along/0.png", true, 0);
    refuses("one class only", "fit", "--data", folder.resolve("one"), "--out", out);
    refuses("--out is a PNG file", "draw", "--weights", out, photos, "--out", "a.gif");
    refuses("no such image", "draw", "--weights", out, folder.resolve("none"), "--out", "a.png");
    refuses("prototypes needs 'fit' or 'draw'");
    assertThat(out).doesNotExist();
  }

  @Test
  void refusesOtherWeights() throws IOException {
    Path file = folder.resolve("other.safetensors");
    Files.write(file, new byte[] {1, 2, 3});
    TestConsole console = new TestConsole();
    assertThat(run(console, "draw", "--weights", file, photos(), "--out", folder.resolve("a.png")))
        .isEqualTo(2);
    assertThat(console.err()).contains("other.safetensors");
  }

  private static void refuses(String message, Object... arguments) {
    TestConsole console = new TestConsole();
    assertThat(run(console, arguments)).as(console.err()).isEqualTo(2);
    assertThat(console.err()).contains(message);
  }
}
