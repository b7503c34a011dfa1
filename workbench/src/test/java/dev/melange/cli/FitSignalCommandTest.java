package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.data.image.ImageFiles;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FitSignalCommandTest {
  @TempDir private Path folder;

  private final TestConsole console = new TestConsole();

  private Path picture() throws IOException {
    BufferedImage image = new BufferedImage(20, 16, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 320; i++) {
      int grey = (int) (127 + 90 * Math.sin(0.5 * (i % 20) + 0.3 * (i / 20)));
      image.setRGB(i % 20, i / 20, grey << 16 | grey << 8 | 255 - grey);
    }
    Path file = folder.resolve("photo.png");
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  private int fit(Path data, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of("fit-signal", "--data", data.toString(), "--out", run().toString()));
    all.addAll(List.of("--steps", "40", "--every", "20"));
    all.addAll(List.of(more));
    return console.run(all.toArray(String[]::new));
  }

  private Path run() {
    return folder.resolve("run");
  }

  @Test
  void fitsChoosesCompressesAndDecodes() throws IOException {
    int code =
        fit(
            picture(),
            "--model",
            "siren",
            "--set",
            "hidden_features=32",
            "--fresh",
            "--candidates",
            "5,20,60",
            "--psnr",
            "12",
            "--json");
    assertThat(code).as(console.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(console.out());
    assertThat(json.get("fresh").get("key").asText()).isEqualTo("omega_0");
    assertThat(json.get("config").get("omega_0").asDouble())
        .isEqualTo(json.get("fresh").get("value").asDouble());
    assertThat(json.get("psnr_of_compact").asDouble()).isGreaterThanOrEqualTo(12);
    Path compact = Path.of(json.get("compact").asText());
    assertThat(Files.size(compact)).isEqualTo(json.get("bytes_of_compact").asLong());
    assertThat(run().resolve("report.html"))
        .content()
        .contains("Spectra before training", "Original, reconstruction and error", "PSNR by size");
    assertThat(run().resolve("metrics.csv")).content().hasLineCount(3);
    assertThat(ImageFiles.read(run().resolve("reconstruction.png")).width()).isEqualTo(20);

    Path large = folder.resolve("large.png");
    for (String field : List.of(compact.toString(), json.get("field").asText())) {
      code = console.run("fit-signal", "decode", field, "--size", "33x41", "-o", large.toString());
      assertThat(code).as(console.err()).isZero();
      assertThat(ImageFiles.read(large).height()).isEqualTo(33);
    }
    assertThat(console.run("fit-signal", "decode", compact.toString(), "-o", "out.csv"))
        .isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).contains("an image is written as .png");
    code =
        console.run(
            "fit-signal", "decode", compact.toString(), "--size", "9", "-o", large.toString());
    assertThat(code).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err())
        .contains("--size takes one number for each axis of the field, 2 of this image");
  }

  @Test
  void saysThatAQualityIsOutOfReach() throws IOException {
    assertThat(fit(picture(), "--model", "grid", "--psnr", "80")).isEqualTo(ExitCode.FAILED);
    assertThat(console.err()).contains("no compact file reaches 80.00 dB");
    assertThat(run().resolve("field-compact.gz")).doesNotExist();
    assertThat(run().resolve("field.safetensors")).exists();
  }

  @Test
  void goesOnWhereItWasStopped() throws IOException {
    Path photo = picture();
    console.cancellation.request();
    assertThat(fit(photo, "--model", "grid")).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(console.err()).contains("--resume");
    TestConsole second = new TestConsole();
    String run = run().toString();
    assertThat(second.run("fit-signal", "--resume", run, "--steps", "9"))
        .isEqualTo(ExitCode.BAD_INPUT);
    assertThat(second.err()).contains("leave out --steps");
    assertThat(second.run("fit-signal", "--resume", run)).as(second.err()).isZero();
    assertThat(run().resolve("result.json")).exists();
    Files.write(photo, new byte[] {1});
    assertThat(second.run("fit-signal", "--resume", run)).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(second.err()).contains("not what it was");
  }

  @Test
  void refusesBadRequestsBeforeItWritesAnything() throws IOException {
    Path photo = picture();
    Path text = Files.writeString(folder.resolve("text.png"), "no picture");
    refuses("not an image", text);
    refuses("no signal model 'sirene'", photo, "--model", "sirene");
    refuses("did you mean 'sigma'", photo, "--set", "sigmma=2");
    refuses("grid has no frequency setting", photo, "--model", "grid", "--fresh");
    refuses("--set gives it already", photo, "--fresh", "--set", "sigma=2");
    refuses("--candidates is for --fresh", photo, "--candidates", "1,2");
    refuses("columns can be chosen in CSV files only", photo, "--columns", "a");
    assertThat(console.run("fit-signal")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).contains("--data is missing");
  }

  private void refuses(String message, Path data, String... options) {
    assertThat(fit(data, options)).as(console.err()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).contains(message);
    assertThat(run()).doesNotExist();
  }
}
