package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageFileWriter;
import dev.melange.data.image.ImageFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code train restore} and {@code restore} on photographs of soft stripes. */
class RestoreCommandsIT {
  @TempDir private Path folder;

  private final TestConsole console = new TestConsole();

  private static Image stripes(int height, int width, int slope) {
    byte[] data = new byte[3 * height * width];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (128 + 80 * Math.sin((i % width + slope * (i / width)) / 9.0));
    }
    return new Image(3, height, width, data);
  }

  private Path photos() throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos"));
    for (int i = 0; i < 5; i++) {
      ImageFileWriter.write(stripes(50 + i, 64, i - 2), photos.resolve("p" + i + ".png"));
    }
    return photos;
  }

  /** A good photograph with noise. */
  private Path noisy(Image good) throws IOException {
    Random random = new Random(3);
    byte[] data = good.data().clone();
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) Math.max(0, Math.min(255, (data[i] & 0xff) + 25 * random.nextGaussian()));
    }
    Path file = folder.resolve("bad.png");
    ImageFileWriter.write(new Image(3, good.height(), good.width(), data), file);
    return file;
  }

  private int train(String... more) throws IOException {
    List<String> args =
        new ArrayList<>(
            List.of(
                "train",
                "restore",
                "--task",
                "denoise",
                "--data",
                photos().toString(),
                "--out",
                folder.resolve("run").toString(),
                "--set",
                "features=4",
                "--set",
                "use_cross_gating=false",
                "--patch",
                "16",
                "--batch",
                "4"));
    args.addAll(List.of(more));
    return console.run(args.toArray(String[]::new));
  }

  @Test
  void learnsToRemoveNoiseAndRestoresPhotographsOfAnySize() throws IOException {
    assertThat(train("--steps", "300", "--lr", "4e-3", "--json")).as(console::err).isZero();
    JsonNode result = new ObjectMapper().readTree(console.out());
    assertThat(result.get("psnr_after").asDouble())
        .isGreaterThan(result.get("psnr_before").asDouble() + 1);
    assertThat(result.get("training_photographs").asInt()).isEqualTo(4);
    Path run = folder.resolve("run");
    assertThat(run.resolve("report.html")).content().contains("Before and after", "<svg");
    assertThat(run.resolve("metrics.csv")).content().hasLineCount(11);

    Image good = stripes(130, 95, 1);
    Path target = folder.resolve("good.png");
    ImageFileWriter.write(good, target);
    Path out = folder.resolve("out.png");
    Path picture = folder.resolve("both.png");
    Path weights = run.resolve("restorer.safetensors");
    int code =
        console.run(
            "restore",
            "--task",
            "denoise",
            "--model",
            weights.toString(),
            noisy(good).toString(),
            "-o",
            out.toString(),
            "--target",
            target.toString(),
            "--compare",
            picture.toString(),
            "--stages",
            folder.resolve("stages.png").toString(),
            "--tile",
            "64",
            "--json");
    assertThat(code).as(console::err).isZero();
    JsonNode restored = new ObjectMapper().readTree(console.out()).get(0);
    assertThat(restored.get("after").get("psnr").asDouble())
        .isGreaterThan(restored.get("before").get("psnr").asDouble() + 1);
    assertThat(restored.get("after").get("ssim").asDouble())
        .isGreaterThan(restored.get("before").get("ssim").asDouble());
    Image read = ImageFiles.read(out);
    assertThat(read.height()).isEqualTo(130);
    assertThat(read.width()).isEqualTo(95);
    assertThat(ImageFiles.read(picture).width()).isGreaterThan(4 * 480);
    assertThat(ImageFiles.read(folder.resolve("stages.png")).width()).isGreaterThan(2 * 320);

    code =
        console.run(
            "restore",
            "--model",
            weights.toString(),
            folder.resolve("photos").toString(),
            "-o",
            folder.resolve("all").toString());
    assertThat(code).as(console::err).isZero();
    assertThat(console.out()).contains("p4-restored.png (64x54)");
    assertThat(folder.resolve("all")).isDirectoryContaining("glob:**p0-restored.png");

    assertBadInput(
        "was trained to denoise, got --task deblur",
        "--task",
        "deblur",
        "--model",
        weights.toString(),
        out.toString());
    assertBadInput(
        "--stages is for one photograph, got 5",
        "--model",
        weights.toString(),
        folder.resolve("photos").toString(),
        "-o",
        folder.resolve("all").toString(),
        "--stages",
        picture.toString());
    assertBadInput(
        "is the photograph itself",
        "--model",
        weights.toString(),
        out.toString(),
        "-o",
        out.toString());
    Path damaged = Files.write(folder.resolve("x.jpg"), new byte[] {(byte) 0xff, (byte) 0xd8, 1});
    assertBadInput("damaged", "--model", weights.toString(), damaged.toString());
    assertBadInput(
        "its target",
        "--model",
        weights.toString(),
        out.toString(),
        "-o",
        folder.resolve("y.png").toString(),
        "--target",
        folder.resolve("photos/p0.png").toString());
  }

  @Test
  void goesOnWhereItWasStopped() throws IOException {
    console.cancellation.request();
    assertThat(train("--steps", "6")).isEqualTo(ExitCode.INTERRUPTED);
    TestConsole second = new TestConsole();
    assertThat(
            second.run(
                "train", "restore", "--resume", folder.resolve("run").toString(), "--steps", "9"))
        .isEqualTo(ExitCode.BAD_INPUT);
    assertThat(second.err()).contains("leave out --steps");
    int code = second.run("train", "restore", "--resume", folder.resolve("run").toString());
    assertThat(code).as(second::err).isZero();
    assertThat(folder.resolve("run/result.json")).exists();
  }

  @Test
  void saysWhatIsNeededWithoutATrainedNetwork() throws IOException {
    Path photo = folder.resolve("x.png");
    ImageFileWriter.write(stripes(8, 8, 1), photo);
    assertThat(console.run("restore", "--task", "dehaze", photo.toString())).isEqualTo(2);
    assertThat(console.err())
        .contains("needs a trained network")
        .contains("melange train restore --task dehaze")
        .contains("--model FILE");
    assertBadInput("add --task", "--model", "x.npz", photo.toString());
    assertBadInput("no such file", "--task", "derain", "--model", "none.npz", photo.toString());
    assertBadInput("no such file", "--model", "none.safetensors", photo.toString());
    assertBadInput("unknown task 'sharpen'", "--task", "sharpen", photo.toString());
    assertBadInput("no such image", "--model", "m", folder.resolve("none.png").toString());
    assertBadInput("written as .png or .jpg", "--model", "m", photo.toString(), "-o", "x.gif");
    assertBadInput("the overlap", "--model", "m", photo.toString(), "--overlap", "200");
  }

  private void assertBadInput(String message, String... args) {
    List<String> all = new ArrayList<>(List.of("restore"));
    all.addAll(List.of(args));
    assertThat(console.run(all.toArray(String[]::new))).as(message).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).contains(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--degrade sigma=x", "--degrade beta=1", "--patch 17", "--set features=0",
        "--model poolformer_s12", "--steps 0", "--patch 64", "--valid-share 2",
        "--degraded somewhere"
      })
  void refusesImpossibleTrainings(String options) throws IOException {
    assertThat(train(options.split(" "))).as(console::err).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).startsWith("error: ");
  }
}
