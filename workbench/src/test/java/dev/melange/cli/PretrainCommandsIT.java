package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.cli.TestPhotos.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training without labels, its evaluation, training from its weights, and the geometry of that. */
class PretrainCommandsIT {
  private static final List<String> SMALL =
      List.of("--model", "resnet_tiny_cifar", "--size", "12", "--dim", "8", "--batch", "8");

  @TempDir private Path folder;

  private static Ran pretrain(Cancellation cancellation, Path photos, Path out, String... more) {
    List<String> args = new ArrayList<>(List.of("pretrain", "image"));
    args.addAll(SMALL);
    args.addAll(List.of("--data", photos.toString(), "--out", out.toString()));
    args.addAll(Arrays.asList(more));
    return TestPhotos.run(cancellation, args.toArray(String[]::new));
  }

  private static Ran pretrain(Path photos, Path out, String... more) {
    return pretrain(new Cancellation(), photos, out, more);
  }

  @Test
  void learnsFromLabelledPhotosAndIsAStartForAClassifier() throws IOException {
    Path photos = TestPhotos.write(folder.resolve("photos"), 3, 14, "red", "green", "blue");
    Path out = folder.resolve("run");
    Ran ran = pretrain(photos, out, "--epochs", "4", "--queue", "32", "--json");
    assertThat(ran.code()).as(ran.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(ran.out());
    assertThat(json.get("linear").asDouble()).isBetween(0.0, 1.0);
    assertThat(json.get("knn").asDouble()).isBetween(0.0, 1.0);
    assertThat(json.get("proxy_accuracy").asDouble())
        .isBetween(0.0, json.get("proxy_accuracy_real").asDouble());
    assertThat(json.get("loss_by_epoch")).hasSize(4);
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("Queries that find their key", "Nearest images", "<img")
        .contains("Negatives of the query&#39;s own class", "among the mixed ones");
    assertThat(json.get("false_negatives_hard").asDouble()).isBetween(0.01, 1.0);
    assertThat(json.get("false_negatives_mixed").asDouble())
        .isBetween(json.get("false_negatives_hard").asDouble() / 2, 1.0);
    assertThat(Files.readAllLines(out.resolve("metrics.csv"))).hasSize(5);

    String weights = out.resolve("encoder.safetensors").toString();
    Path page = folder.resolve("near.html");
    Ran judged =
        TestPhotos.run(
            "pretrain",
            "evaluate",
            "--weights",
            weights,
            "--data",
            photos.toString(),
            "--report",
            page.toString(),
            "--json");
    assertThat(judged.code()).as(judged.err()).isZero();
    assertThat(new ObjectMapper().readTree(judged.out()).get("classes").asInt()).isEqualTo(3);
    assertThat(page).exists();

    Path second = folder.resolve("classifier");
    Ran trained =
        TestPhotos.run(
            "train",
            "image",
            "--init",
            weights,
            "--data",
            photos.toString(),
            "--epochs",
            "2",
            "--out",
            second.toString(),
            "--json");
    assertThat(trained.code()).as(trained.err()).isZero();
    JsonNode init = new ObjectMapper().readTree(trained.out()).get("init");
    assertThat(init.get("new").toString()).isEqualTo("[\"head.fc.weight\",\"head.fc.bias\"]");
    assertThat(init.get("dropped")).isEmpty();

    Ran noClassifier = TestPhotos.run("predict", "image", "--weights", weights, photos.toString());
    assertThat(noClassifier.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(noClassifier.err()).contains("weights without class names");

    geometry(second.resolve("classifier.safetensors"), photos);
  }

  private void geometry(Path classifier, Path photos) throws IOException {
    Path out = folder.resolve("geometry");
    Ran ran =
        TestPhotos.run(
            "inspect",
            "geometry",
            "--model",
            classifier.toString(),
            "--data",
            photos.toString(),
            "--classes",
            "red,blue,green",
            "--mixtures",
            "60",
            "--out",
            out.toString(),
            "--json");
    assertThat(ran.code()).as(ran.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(ran.out());
    assertThat(json.at("/collapse/nc1").asDouble()).isPositive();
    assertThat(json.at("/validation/ece").asDouble()).isBetween(0.0, 1.0);
    assertThat(out.resolve("geometry.json")).exists();
    assertThat(Files.readString(out.resolve("report.html"))).contains("mixtures within a class");

    Path others = TestPhotos.write(folder.resolve("others"), 3, 4, "red", "pink");
    refuses("which the classifier does not know", geometryOf(classifier, others));
    Path some = TestPhotos.write(folder.resolve("some"), 3, 4, "red", "green");
    refuses("has no images of the classifier's classes [blue]", geometryOf(classifier, some));
    refuses(
        "knows no class 'gren'; did you mean 'green'?",
        geometryOf(classifier, photos, "--classes", "red,gren,blue"));
    refuses("three different classes", geometryOf(classifier, photos, "--classes", "red,green"));
    refuses("at least one per class, 3, got 2", geometryOf(classifier, photos, "--images", "2"));
  }

  private static Ran geometryOf(Path classifier, Path photos, String... more) {
    List<String> args = new ArrayList<>(List.of("inspect", "geometry", "--quiet"));
    args.addAll(List.of("--model", classifier.toString(), "--data", photos.toString()));
    args.addAll(Arrays.asList(more));
    return TestPhotos.run(args.toArray(String[]::new));
  }

  private static void refuses(String message, Ran ran) {
    assertThat(ran.err()).startsWith("error: ").contains(message).hasLineCount(1);
    assertThat(ran.code()).isEqualTo(ExitCode.BAD_INPUT);
  }

  @Test
  void interruptedTrainingGoesOnToTheSameWeights() throws IOException {
    Path photos = TestPhotos.write(folder.resolve("photos/all"), 1, 12, "mixed");
    Path whole = folder.resolve("whole");
    String[] more = {"--epochs", "3", "--channels", "1", "--queue", "16", "--method", "mochi"};
    assertThat(pretrain(photos, whole, more).code()).isZero();
    Path stopped = folder.resolve("stopped");
    Cancellation asked = new Cancellation();
    asked.request();
    Ran interrupted = pretrain(asked, photos, stopped, more);
    assertThat(interrupted.code()).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(interrupted.err())
        .contains("without classes", "go on with: melange pretrain image --resume " + stopped);
    assertThat(stopped.resolve("encoder.safetensors")).doesNotExist();
    Ran other =
        TestPhotos.run("pretrain", "image", "--resume", stopped.toString(), "--queue", "64");
    assertThat(other.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(other.err()).contains("queue 16, not 64");
    Ran resumed = TestPhotos.run("pretrain", "image", "--resume", stopped.toString());
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(stopped.resolve("encoder.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("encoder.safetensors"));
  }

  @Test
  void eachMistakeGetsOneLineThatNamesIt() throws IOException {
    Path flat = TestPhotos.write(folder.resolve("flat"), 3, 9, "one");
    Path out = folder.resolve("refused");
    refuses("has no class folders", pretrain(flat, out, "--quiet", "--oracle"));
    refuses(
        "--queue must hold at least one batch of 8 keys, got 4",
        pretrain(flat, out, "--quiet", "--queue", "4"));
    refuses(
        "--hard is at most the length of the queue, 16, got 99",
        pretrain(flat, out, "--quiet", "--queue", "16", "--hard", "99"));
    refuses(
        "temperature is a positive number", pretrain(flat, out, "--quiet", "--temperature", "0"));
    refuses("momentum is 0 to 1", pretrain(flat, out, "--quiet", "--momentum", "2"));
    refuses(
        "the method is 'moco' or 'mochi', got 'simclr'",
        pretrain(flat, out, "--quiet", "--method", "simclr"));
    refuses("sgd or adamw, got 'lamb'", pretrain(flat, out, "--quiet", "--optimizer", "lamb"));
    refuses("does not exist", pretrain(folder.resolve("absent"), out, "--quiet"));
    refuses(
        "unknown image model 'resnet_tiny_cifa'; did you mean",
        TestPhotos.run(
            "pretrain",
            "image",
            "--quiet",
            "--model",
            "resnet_tiny_cifa",
            "--data",
            flat.toString()));
    refuses("--data is missing", TestPhotos.run("pretrain", "image", "--quiet"));
    refuses("melange pretrain image trains on images", TestPhotos.run("pretrain", "--quiet"));
    refuses(
        "absent.safetensors",
        TestPhotos.run(
            "pretrain",
            "evaluate",
            "--quiet",
            "--weights",
            folder.resolve("absent.safetensors").toString(),
            "--data",
            "digits"));
    assertThat(out).doesNotExist();
  }
}
