package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.cli.TestPhotos.Ran;
import dev.melange.data.image.Image;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
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

  private Ran train(String... args) {
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
    Ran trained =
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
    Ran predicted =
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

    Ran grey =
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

    Ran other = TestPhotos.run("train", "image", "--resume", stopped.toString(), "--epochs", "5");
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
    Ran refused = train("--data", photos.toString(), "--out", out.toString());
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
    Ran tuned =
        TestPhotos.run(
            "train",
            "image",
            "--data",
            photos("others", 1, 4, "a", "b", "c").toString(),
            "--init",
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
    JsonNode result = new ObjectMapper().readTree(tuned.out());
    assertThat(result.get("classes")).hasSize(3);
    assertThat(result.at("/init/used").asInt()).isGreaterThan(20);
    assertThat(texts(result.at("/init/new"))).containsExactly("head.weight", "head.bias");
    assertThat(texts(result.at("/init/dropped"))).containsExactly("head.weight", "head.bias");
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  @Test
  void saysWhichWeightsOfAFileWereUsed() throws IOException {
    Path photos = photos("photos", 3, 4, "a", "b");
    Path first = folder.resolve("first");
    assertThat(
            train("--data", photos.toString(), "--out", first.toString(), "--epochs", "1").code())
        .isZero();
    String weights = first.resolve("classifier.safetensors").toString();
    Ran same =
        TestPhotos.run(
            "train",
            "image",
            "--data",
            photos.toString(),
            "--init",
            weights,
            "--epochs",
            "1",
            "--out",
            folder.resolve("same").toString(),
            "--json");
    assertThat(same.code()).isZero();
    assertThat(new ObjectMapper().readTree(same.out()).at("/init/new")).isEmpty();

    Ran mixed =
        TestPhotos.run(
            "train",
            "image",
            "--data",
            photos.toString(),
            "--init",
            weights,
            "--epochs",
            "1",
            "--set",
            "mixer=dwconv",
            "--out",
            folder.resolve("mixed").toString());
    assertThat(mixed.code()).isZero();
    assertThat(mixed.err())
        .contains("warning: " + weights)
        .contains("new: network.0.0.token_mixer.conv.weight")
        .contains("of the file not used: none");

    Ran other =
        TestPhotos.run(
            "train",
            "image",
            "--data",
            photos.toString(),
            "--init",
            weights,
            "--quiet",
            "--model",
            "mixer_mini",
            "--out",
            folder.resolve("other").toString());
    assertThat(other.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(other.err()).contains("the weights do not fit mixer_mini").contains("missing");
    assertThat(folder.resolve("other")).doesNotExist();
  }

  @Test
  void weightsAndClassifiersAreUsedAtOtherSizesWhereTheModelSaysHow() throws IOException {
    Path photos = photos("photos", 3, 4, "a", "b");
    String photo = photos.resolve("a/0.png").toString();
    for (String model : List.of("dsm_mini", "mixer_mini")) {
      Path first = folder.resolve(model);
      Ran trained =
          TestPhotos.run(
              "train",
              "image",
              "--data",
              photos.toString(),
              "--model",
              model,
              "--size",
              "32",
              "--epochs",
              "1",
              "--out",
              first.toString());
      assertThat(trained.code()).as(trained.err()).isZero();
      String weights = first.resolve("classifier.safetensors").toString();
      Ran larger =
          TestPhotos.run("predict", "image", "--weights", weights, photo, "--size", "40", "--json");
      if (model.equals("mixer_mini")) {
        assertThat(larger.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(larger.err()).contains("32").contains("40");
        continue;
      }
      assertThat(larger.code()).as(larger.err()).isZero();
      Ran tuned =
          TestPhotos.run(
              "train",
              "image",
              "--data",
              photos.toString(),
              "--init",
              weights,
              "--size",
              "48",
              "--epochs",
              "1",
              "--out",
              folder.resolve("larger").toString(),
              "--json");
      assertThat(tuned.code()).as(tuned.err()).isZero();
      JsonNode init = new ObjectMapper().readTree(tuned.out()).get("init");
      assertThat(texts(init.get("resized"))).contains("stage1.0.mixer.spectrum_weight");
      assertThat(init.get("new")).isEmpty();
    }
  }

  @Test
  void imagesOfAnySizeAreLearnedAndOnesThatCannotBeReadAreNamed() throws IOException {
    Path dots = folder.resolve("dots");
    for (String name : List.of("a", "b")) {
      Files.createDirectories(dots.resolve(name));
      for (int i = 0; i < 2; i++) {
        ImageIO.write(
            new Image(3, 1, i == 0 ? 1 : 900, new byte[3 * (i == 0 ? 1 : 900)]).toBufferedImage(),
            "png",
            dots.resolve(name).resolve(i + ".png").toFile());
      }
    }
    Path out = folder.resolve("dots-run");
    assertThat(train("--data", dots.toString(), "--out", out.toString(), "--epochs", "1").code())
        .isZero();
    String weights = out.resolve("classifier.safetensors").toString();

    Path jpeg = folder.resolve("cut.jpg");
    Files.write(jpeg, new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0, 0, 16});
    Ran damaged = TestPhotos.run("predict", "image", "--weights", weights, jpeg.toString());
    assertThat(damaged.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(damaged.err()).contains("cut.jpg is damaged or cut off");

    Path huge = folder.resolve("huge.png");
    Files.write(huge, header(60_000, 60_000));
    Ran tooLarge = TestPhotos.run("predict", "image", "--weights", weights, huge.toString());
    assertThat(tooLarge.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(tooLarge.err()).contains("huge.png says it is 60,000 x 60,000 pixels; the limit is");
  }

  /** The beginning of a PNG file that declares a size. */
  private static byte[] header(int width, int height) {
    ByteBuffer chunk = ByteBuffer.allocate(17);
    chunk.put("IHDR".getBytes(StandardCharsets.US_ASCII)).putInt(width).putInt(height);
    chunk.put(new byte[] {8, 2, 0, 0, 0});
    CRC32 crc = new CRC32();
    crc.update(chunk.array());
    ByteBuffer file = ByteBuffer.allocate(33);
    file.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    return file.putInt(13).put(chunk.array()).putInt((int) crc.getValue()).array();
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
    assertRefused("images of 2 x 2 are too small", "--data", photos.toString(), "--size", "2");
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
    Ran ran = TestPhotos.run(all.toArray(String[]::new));
    assertThat(ran.err()).startsWith("error: ").contains(expected).hasLineCount(1);
    assertThat(ran.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(folder.resolve("refused")).doesNotExist();
  }
}
