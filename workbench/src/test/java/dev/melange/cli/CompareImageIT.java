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

class CompareImageIT {
  private static final String MODELS = "poolformer_mini,poolformer_mini:mixer=dwconv,mixer_mini";

  @TempDir private Path folder;

  private Ran compare(Cancellation cancellation, String... args) {
    List<String> all = new ArrayList<>(List.of("compare", "image"));
    all.addAll(Arrays.asList(args));
    return TestPhotos.run(cancellation, all.toArray(String[]::new));
  }

  private String[] small(Path photos, Path out, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of("--data", photos.toString(), "--models", MODELS, "--out", out.toString()));
    all.addAll(List.of("--size", "16", "--epochs", "2", "--seeds", "2", "--json"));
    all.addAll(Arrays.asList(more));
    return all.toArray(String[]::new);
  }

  @Test
  void modelsAreComparedWithTheSameBudgetAndSeeds() throws IOException {
    Path photos = TestPhotos.write(folder.resolve("photos"), 3, 8, "red", "green");
    Path out = folder.resolve("out");
    Ran ran = compare(new Cancellation(), small(photos, out));
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isZero();
    JsonNode result = new ObjectMapper().readTree(ran.out());
    assertThat(result.get("models")).hasSize(3);
    for (JsonNode model : result.get("models")) {
      assertThat(model.get("accuracy")).hasSize(2);
      for (JsonNode training : model.get("trainings")) {
        assertThat(training.get("epochs").asInt()).isEqualTo(2);
        assertThat(training.get("macs").asLong()).isPositive();
        assertThat(training.get("activation_bytes").asLong()).isPositive();
        assertThat(training.get("inference_images_per_second").asDouble()).isPositive();
      }
    }
    JsonNode dwconv = result.get("models").get(1);
    assertThat(dwconv.get("name").asText()).isEqualTo("poolformer_mini:mixer=dwconv");
    long own = result.get("models").get(0).get("trainings").get(0).get("parameters").asLong();
    assertThat(dwconv.get("trainings").get(0).get("parameters").asLong()).isGreaterThan(own);
    assertThat(out.resolve("report.html"))
        .content()
        .contains("Accuracy and parameters", "Accuracy and computation", "mixer_mini");
    assertThat(out.resolve("table.csv")).content().hasLineCount(4);
    assertThat(out.resolve("trainings/mixer_mini-s1/classifier.safetensors")).exists();
    assertThat(out.resolve("trainings/mixer_mini-s1/checkpoints")).doesNotExist();

    Ran again = compare(new Cancellation(), small(photos, out));
    assertThat(again.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(again.err()).contains("holds a run already");
  }

  @Test
  void aStoppedComparisonGoesOnToTheSameNumbers() throws IOException {
    Path photos = TestPhotos.write(folder.resolve("photos"), 3, 6, "red", "green");
    Path whole = folder.resolve("whole");
    Path stopped = folder.resolve("stopped");
    assertThat(compare(new Cancellation(), small(photos, whole)).code()).isZero();
    Cancellation asked = new Cancellation();
    asked.request();
    Ran interrupted = compare(asked, small(photos, stopped));
    assertThat(interrupted.code()).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(interrupted.err()).contains("melange compare image --resume " + stopped);
    assertThat(stopped.resolve("result.json")).doesNotExist();

    Ran other = compare(new Cancellation(), "--resume", stopped.toString(), "--epochs", "3");
    assertThat(other.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(other.err()).contains("--resume goes on with the settings it began with");

    assertThat(compare(new Cancellation(), "--resume", stopped.toString()).code()).isZero();
    for (String name : List.of("poolformer_mini-s0", "mixer_mini-s1")) {
      Path weights = Path.of("trainings", name, "classifier.safetensors");
      assertThat(stopped.resolve(weights)).hasSameBinaryContentAs(whole.resolve(weights));
    }
  }

  @Test
  void mistakesAreFoundBeforeAnythingIsTrained() throws IOException {
    Path photos = TestPhotos.write(folder.resolve("photos"), 3, 3, "red", "green");
    assertRefused("--data is missing", "--models", "mixer_mini,poolformer_mini");
    assertRefused("--models is missing", "--data", photos.toString());
    assertRefused("at least two to compare", "--data", photos.toString(), "--models", "mixer_mini");
    assertRefused(
        "unknown image model 'mixer_min'; did you mean",
        "--data",
        photos.toString(),
        "--models",
        "mixer_min,poolformer_mini");
    assertRefused(
        "no image model is named nothing*",
        "--data",
        photos.toString(),
        "--models",
        "nothing*,poolformer_mini");
    assertRefused(
        "unknown token mixer 'poling'",
        "--data",
        photos.toString(),
        "--size",
        "16",
        "--models",
        "poolformer_mini,mixer_mini:mixer=poling");
    assertRefused(
        "--seeds is 1 to 100",
        "--data",
        photos.toString(),
        "--models",
        "mixer_mini,poolformer_mini",
        "--seeds",
        "0");
    assertThat(TestPhotos.run("compare").err()).contains("melange compare image");
  }

  private void assertRefused(String expected, String... args) throws IOException {
    List<String> all = new ArrayList<>(Arrays.asList(args));
    Path out = folder.resolve("refused");
    all.addAll(List.of("--quiet", "--out", out.toString()));
    Ran ran = compare(new Cancellation(), all.toArray(String[]::new));
    assertThat(ran.err()).startsWith("error: ").contains(expected).hasLineCount(1);
    assertThat(ran.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(Files.exists(out)).isFalse();
  }
}
