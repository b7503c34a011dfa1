package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.cli.TestPhotos.Ran;
import dev.melange.io.SafeTensorsFile;
import dev.melange.papers.Mixing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --mix} of {@code train image}, and {@code compare mix}. */
class MixCommandsIT {
  private static final String POLICIES = "none,mixup:until=0.5,cutmix@0.5,adautomix:samples=2";

  @TempDir private Path folder;
  private Path photos;

  @BeforeEach
  void writePhotos() throws IOException {
    photos = TestPhotos.write(folder.resolve("photos"), 3, 10, "red", "green");
  }

  private Ran train(Cancellation cancellation, Path out, String... args) {
    return run(
        cancellation,
        List.of("train", "image", "--model", "resnet_tiny_cifar", "--set", "base_channels=4"),
        out,
        args);
  }

  private Ran compare(Cancellation cancellation, Path out, String... args) {
    return run(cancellation, List.of("compare", "mix", "--model", "poolformer_mini"), out, args);
  }

  private Ran run(Cancellation cancellation, List<String> command, Path out, String... args) {
    List<String> all = new ArrayList<>(command);
    all.addAll(
        List.of("--data", photos.toString(), "--size", "16", "--epochs", "2", "--batch", "4"));
    all.addAll(List.of("--out", out.toString()));
    all.addAll(Arrays.asList(args));
    return TestPhotos.run(cancellation, all.toArray(String[]::new));
  }

  @Test
  void theReportShowsAMixedBatchWithItsSoftLabels() {
    Path out = folder.resolve("out");
    Ran ran = train(new Cancellation(), out, "--mix", "mixup:2+cutmix:1", "--quiet");
    assertThat(ran.code()).isZero();
    assertThat(out.resolve("report.html"))
        .content()
        .contains("A mixed batch by mixup:2@0.5,cutmix:1@0.5")
        .containsPattern("(red|green) 0\\.\\d\\d, (red|green) 0\\.\\d\\d");
    assertThat(out.resolve("mixing.safetensors")).doesNotExist();

    Path plain = folder.resolve("plain");
    assertThat(train(new Cancellation(), plain, "--quiet").code()).isZero();
    assertThat(plain.resolve("report.html")).content().doesNotContain("A mixed batch");
  }

  @Test
  void anInterruptedTrainingWithAGeneratorEndsWithTheSameBytes() throws IOException {
    Path whole = folder.resolve("whole");
    Path stopped = folder.resolve("stopped");
    assertThat(train(new Cancellation(), whole, "--mix", "adautomix").code()).isZero();
    Cancellation asked = new Cancellation();
    asked.request();
    Ran interrupted = train(asked, stopped, "--mix", "adautomix");
    assertThat(interrupted.code()).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(stopped.resolve("result.json")).doesNotExist();
    Ran resumed = TestPhotos.run("train", "image", "--resume", stopped.toString());
    assertThat(resumed.code()).isZero();
    for (String file : List.of("classifier.safetensors", "mixing.safetensors")) {
      assertThat(stopped.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
    }
    try (SafeTensorsFile file = SafeTensorsFile.open(whole.resolve("mixing.safetensors"))) {
      assertThat(file.names())
          .anyMatch(name -> name.startsWith("mixing0.mix_block."))
          .anyMatch(name -> name.startsWith("mixing0.teacher."));
    }
  }

  @Test
  void policiesAreComparedWithTheSameBudgetAndSeeds() throws IOException {
    Path out = folder.resolve("out");
    Ran ran = compare(new Cancellation(), out, "--policies", POLICIES, "--seeds", "2", "--json");
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isZero();
    JsonNode result = new ObjectMapper().readTree(ran.out());
    assertThat(result.get("policies")).hasSize(4);
    assertThat(result.get("policies").get(1).get("name").asText()).isEqualTo("mixup:until=0.5");
    for (JsonNode policy : result.get("policies")) {
      assertThat(policy.get("accuracy")).hasSize(2);
      for (JsonNode training : policy.get("trainings")) {
        assertThat(training.get("ece").asDouble()).isBetween(0.0, 1.0);
        assertThat(training.get("corrupted")).hasSize(5);
        training
            .get("corrupted")
            .forEach(share -> assertThat(share.asDouble()).isBetween(0.0, 1.0));
      }
    }
    assertThat(out.resolve("report.html"))
        .content()
        .contains("Accuracy and calibration error", "seconds per epoch", "adautomix:samples=2");
    assertThat(out.resolve("table.csv")).content().hasLineCount(5);
  }

  @Test
  void aStoppedComparisonGoesOn() throws IOException {
    Path out = folder.resolve("out");
    Cancellation asked = new Cancellation();
    asked.request();
    Ran interrupted = compare(asked, out, "--policies", "none,mixup", "--seeds", "1");
    assertThat(interrupted.code()).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(interrupted.err()).contains("melange compare mix --resume " + out);
    Ran other =
        TestPhotos.run("compare", "mix", "--resume", out.toString(), "--policies", "none,fmix");
    assertThat(other.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(other.err()).contains("--resume goes on with the settings it began with");
    assertThat(TestPhotos.run("compare", "mix", "--resume", out.toString()).code()).isZero();
    assertThat(out.resolve("result.json")).exists();
  }

  @Test
  void mistakesAreFoundBeforeAnythingIsTrained() {
    assertRefused("--policies is missing: at least two of none, mixup");
    assertRefused("at least two to compare", "--policies", "mixup:alpha=1,until=0.5");
    assertRefused("names a policy twice", "--policies", "mixup,mixup:1");
    assertRefused("did you mean 'cutmix'?", "--policies", "none,cutmx");
    assertRefused("its keys: alpha, from, until", "--policies", "none,mixup:unti=0.5");
    assertRefused("takes --policies", "--policies", "none,mixup", "--mix", "cutmix");
    assertRefused("write manifold:end=", "--policies", "none,manifold:end=30");
  }

  private void assertRefused(String message, String... args) {
    Path out = folder.resolve("refused");
    Ran ran = compare(new Cancellation(), out, args);
    assertThat(ran.code()).as(ran.err()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(ran.err()).contains(message);
    assertThat(out).doesNotExist();
  }

  @Test
  void theHelpNamesEveryPolicy() {
    String help = TestPhotos.run("train", "image", "--help").out().replaceAll("\\s+", " ");
    for (String policy : Mixing.names()) {
      String name =
          policy.equals("manifoldmix") ? "manifold" : policy.equals("vanilla") ? "none" : policy;
      assertThat(help).containsPattern("\\b" + name + "\\b");
    }
    assertThat(help).contains("ends at 60 % of the training");
  }
}
