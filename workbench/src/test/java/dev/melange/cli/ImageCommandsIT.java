package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train image} and {@code predict image} on photographs of coloured stripes. */
class ImageCommandsIT {
  private static final List<String> SMALL =
      List.of(
          "--set", "layers=1,1,1,1",
          "--set", "embed_dims=8,16,16,16",
          "--set", "layer_scale_init_value=0.1",
          "--size", "16");

  @TempDir private Path folder;

  private TestPhotos.Ran train(String... args) {
    List<String> all = new ArrayList<>(List.of("train", "image"));
    all.addAll(SMALL);
    all.addAll(Arrays.asList(args));
    return TestPhotos.run(all.toArray(String[]::new));
  }

  private Path photos(String name, int channels, int perClass, String... classes)
      throws IOException {
    return TestPhotos.write(folder.resolve(name), channels, perClass, classes);
  }

  @Test
  void learnsClassesOfAFolderAndTellsThoseOfOtherImages() throws IOException {
    Path photos = photos("photos", 3, 10, "red", "green", "blue");
    Path out = folder.resolve("run");
    TestPhotos.Ran trained =
        train("--data", photos.toString(), "--out", out.toString(), "--epochs", "12", "--json");
    assertThat(trained.err()).isEmpty();
    assertThat(trained.code()).isZero();
    JsonNode result = new ObjectMapper().readTree(trained.out());
    assertThat(result.get("training_images").asInt()).isEqualTo(24);
    assertThat(result.get("validation_images").asInt()).isEqualTo(6);
    assertThat(result.get("accuracy").asDouble()).isGreaterThanOrEqualTo(5 / 6.0);
    assertThat(out.resolve("report.html")).content().contains("Confusion matrix");
    assertThat(out.resolve("metrics.csv")).content().hasLineCount(13);

    Path weights = out.resolve("classifier.safetensors");
    Path csv = folder.resolve("classes.csv");
    Path heat = folder.resolve("heat");
    TestPhotos.Ran predicted =
        TestPhotos.run(
            "predict",
            "image",
            "--weights",
            weights.toString(),
            photos.resolve("red").toString(),
            "--json",
            "--top",
            "2",
            "--csv",
            csv.toString(),
            "--explain",
            heat.toString());
    assertThat(predicted.err()).isEmpty();
    assertThat(predicted.code()).isZero();
    JsonNode images = new ObjectMapper().readTree(predicted.out());
    assertThat(images).hasSize(10);
    int red = 0;
    for (JsonNode image : images) {
      assertThat(image.get("classes")).hasSize(2);
      red += image.get("classes").get(0).get("name").asText().equals("red") ? 1 : 0;
    }
    assertThat(red).isGreaterThanOrEqualTo(8);
    assertThat(csv).content().startsWith("image,rank,class,probability").hasLineCount(21);
    try (var pictures = Files.list(heat)) {
      assertThat(pictures).hasSize(10);
    }

    TestPhotos.Ran grey =
        TestPhotos.run(
            "predict",
            "image",
            "--weights",
            weights.toString(),
            photos("grey", 1, 1, "a", "b").resolve("a/0.png").toString());
    assertThat(grey.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(grey.err())
        .contains("a/0.png")
        .contains("expects images of 3 channels, got 1")
        .contains("--channels 3");
  }

  @Test
  void aStoppedTrainingGoesOnToTheSameWeights() throws IOException {
    Path photos = photos("photos", 3, 6, "red", "green");
    Path whole = folder.resolve("whole");
    Path stopped = folder.resolve("stopped");
    assertThat(
            train("--data", photos.toString(), "--out", whole.toString(), "--epochs", "4").code())
        .isZero();
    Cancellation alreadyAsked = new Cancellation();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    List<String> args = new ArrayList<>(List.of("train", "image"));
    args.addAll(SMALL);
    args.addAll(List.of("--data", photos.toString(), "--out", stopped.toString(), "--epochs", "4"));
    alreadyAsked.request();
    int code =
        new Main(
                new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Terminal.NONE,
                alreadyAsked)
            .execute(args.toArray(String[]::new));
    assertThat(code).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("go on with: melange train image --resume");
    assertThat(stopped.resolve("checkpoints/last.safetensors")).exists();
    assertThat(stopped.resolve("classifier.safetensors")).doesNotExist();

    TestPhotos.Ran other =
        TestPhotos.run("train", "image", "--resume", stopped.toString(), "--epochs", "5");
    assertThat(other.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(other.err()).contains("epochs 4, not 5");

    assertThat(TestPhotos.run("train", "image", "--resume", stopped.toString()).code()).isZero();
    assertThat(stopped.resolve("classifier.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("classifier.safetensors"));
    assertThat(Files.readString(stopped.resolve("metrics.csv")))
        .isEqualTo(Files.readString(whole.resolve("metrics.csv")));
  }

  @Test
  void greyImagesCanBeTrainedOnAndFineTuned() throws IOException {
    Path photos = photos("scans", 1, 6, "odd", "even");
    Path out = folder.resolve("first");
    TestPhotos.Ran refused = train("--data", photos.toString(), "--out", out.toString());
    assertThat(refused.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(refused.err()).contains("0.png").contains("--channels 1");
    assertThat(out).doesNotExist();
    assertThat(
            train(
                    "--data",
                    photos.toString(),
                    "--out",
                    out.toString(),
                    "--epochs",
                    "2",
                    "--channels",
                    "1",
                    "--mix",
                    "mixup,cutmix",
                    "--augment",
                    "rand")
                .code())
        .isZero();
    TestPhotos.Ran tuned =
        TestPhotos.run(
            "train",
            "image",
            "--data",
            photos("others", 1, 4, "a", "b", "c").toString(),
            "--weights",
            out.resolve("classifier.safetensors").toString(),
            "--out",
            folder.resolve("second").toString(),
            "--epochs",
            "1",
            "--mix",
            "decoupled",
            "--json");
    assertThat(tuned.err()).isEmpty();
    assertThat(tuned.code()).isZero();
    assertThat(new ObjectMapper().readTree(tuned.out()).get("classes")).hasSize(3);
  }

  @Test
  void eachMistakeGetsOneLineThatNamesIt() throws IOException {
    Path text = photos("text", 3, 3, "a", "b");
    Files.writeString(text.resolve("a/1.png"), "not a picture");
    Path empty = photos("empty-file", 3, 3, "a", "b");
    Files.write(empty.resolve("b/2.png"), new byte[0]);
    Path cut = photos("cut", 3, 3, "a", "b");
    byte[] whole = Files.readAllBytes(cut.resolve("a/0.png"));
    Files.write(cut.resolve("a/0.png"), Arrays.copyOf(whole, whole.length / 2));
    Path photos = photos("photos", 3, 3, "a", "b");

    assertRefused("a/1.png is not an image", "--data", text.toString());
    assertRefused("b/2.png is empty", "--data", empty.toString());
    assertRefused("a/0.png is damaged", "--data", cut.toString());
    assertRefused("one class only, 'a'", "--data", photos("one", 3, 3, "a").toString());
    assertRefused(
        "has no images", "--data", Files.createDirectories(folder.resolve("none")).toString());
    assertRefused("does not exist", "--data", folder.resolve("absent").toString());
    assertRefused("--data is missing");
    assertRefused(
        "unknown image model 'poolfomer_s12'; did you mean",
        "--data",
        photos.toString(),
        "--model",
        "poolfomer_s12");
    assertRefused(
        "not a multiple of patch_size",
        "--data",
        photos.toString(),
        "--model",
        "mixer_s16",
        "--size",
        "40");
    assertRefused("--size is 1 to 4096", "--data", photos.toString(), "--size", "0");
    assertRefused("unknown policy 'cutmx'", "--data", photos.toString(), "--mix", "cutmx");
    assertRefused(
        "has the classes [c, d], but the training images have [a, b]",
        "--data",
        photos.toString(),
        "--valid",
        photos("other", 3, 2, "c", "d").toString());
    assertRefused(
        "absent.safetensors",
        "--data",
        photos.toString(),
        "--weights",
        folder.resolve("absent.safetensors").toString());
  }

  private void assertRefused(String expected, String... args) {
    List<String> all = new ArrayList<>(List.of("train", "image", "--quiet"));
    all.addAll(List.of("--out", folder.resolve("refused").toString()));
    all.addAll(Arrays.asList(args));
    TestPhotos.Ran ran = TestPhotos.run(all.toArray(String[]::new));
    assertThat(ran.err()).startsWith("error: ").contains(expected).hasLineCount(1);
    assertThat(ran.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(folder.resolve("refused")).doesNotExist();
  }
}
