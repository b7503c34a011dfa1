package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.io.Checkpoints;
import dev.melange.papers.Catalogue;
import dev.melange.tensor.Rng;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FiltersCommandTest {
  private static final Map<String, String> SMALL =
      Map.of("width", "12", "num_blocks", "1", "resolution", "8", "num_classes", "3");

  @TempDir private Path folder;

  private record Ran(int code, String out, String err) {}

  private static Ran run(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        new Main(
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Terminal.NONE,
                new Cancellation())
            .execute(args);
    return new Ran(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Weights without a word about their model, as other libraries write them. */
  private Path weights() throws IOException {
    Path file = folder.resolve("weights.safetensors");
    try (var model = Catalogue.model("scaling_mlp_b6_wi512").create(SMALL, new Rng(1))) {
      Checkpoints.save(model, file, Map.of());
    }
    return file;
  }

  @Test
  void drawsTheFirstLayerOfWeights() throws IOException {
    Path picture = folder.resolve("filters.png");
    Ran ran =
        run(
            "filters",
            weights().toString(),
            "--model",
            "scaling_mlp_b6_wi512",
            "--set",
            "width=12",
            "--set",
            "num_blocks=1",
            "--set",
            "resolution=8",
            "--set",
            "num_classes=3",
            "--count",
            "10",
            "--out",
            picture.toString());
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isEqualTo(ExitCode.OK);
    assertThat(ran.out()).contains("10 filters");
    BufferedImage image = ImageIO.read(picture.toFile());
    assertThat(image.getWidth()).isGreaterThan(8 * 72);
  }

  @Test
  void asksForTheModel() throws IOException {
    Ran ran = run("filters", weights().toString());
    assertThat(ran.code()).isNotEqualTo(ExitCode.OK);
    assertThat(ran.err()).contains("name it with --model");
    Ran unknown = run("filters", weights().toString(), "--model", "scaling_mlp_b6_wi5");
    assertThat(unknown.err()).contains("did you mean 'scaling_mlp_b6_wi512'");
    Ran none = run("filters", weights().toString(), "--count", "0");
    assertThat(none.err()).contains("--count must be 1 to 4096, got 0");
    assertThat(Files.exists(Path.of("filters.png"))).isFalse();
  }
}
