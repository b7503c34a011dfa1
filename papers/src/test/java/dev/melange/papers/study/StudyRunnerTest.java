package dev.melange.papers.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.io.Provenance;
import dev.melange.io.SafeTensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyRunnerTest {
  private static final StudyListener SILENT = new StudyListener() {};

  @TempDir private Path out;

  private StudyOutcome run(RunFolder folder) throws IOException {
    return StudyRunner.run(new ToyPaper(), folder, SILENT, () -> false);
  }

  private Path runOnce(Scale scale, Map<String, String> settings) throws IOException {
    try (RunFolder folder = ToyPaper.begin(out, scale, settings)) {
      return run(folder).folder();
    }
  }

  @Test
  void writesAllThatBelongsToARun() throws IOException {
    Path run = runOnce(Scale.QUICK, Map.of("epochs", "3"));
    assertThat(run.getParent()).isEqualTo(out.resolve("toy"));
    assertThat(run.getFileName().toString()).matches("\\d{8}-\\d{6}");
    ObjectNode result = JsonFiles.read(run.resolve("result.json"));
    assertThat(result.get("verdict").asText()).isEqualTo("holds");
    assertThat(result.get("trials").properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("small-s7", "small-s8", "large-s7", "large-s8");
    assertThat(result.at("/findings/0/main").asBoolean()).isTrue();
    assertThat(result.at("/tables/0/rows")).hasSize(2);
    // The header, and loss, learning rate and a metric of three epochs of four trials.
    assertThat(Files.readAllLines(run.resolve("metrics.csv"))).hasSize(1 + 4 * 3 * 3);
    assertThat(JsonFiles.read(run.resolve("timing.json")).get("seconds").asDouble()).isPositive();
    ObjectNode config = JsonFiles.read(run.resolve("config.json"));
    assertThat(config.at("/settings/epochs").asInt()).isEqualTo(3);
    assertThat(config.at("/data/digits~1digits.csv.gz/sha256").asText()).hasSize(64);
    String report = Files.readString(run.resolve("report.html"));
    assertThat(report)
        .contains("Learning rates matter", "holds", "Does a larger learning rate", "small-s7")
        .contains(config.at("/data/digits~1digits.csv.gz/sha256").asText())
        .doesNotContain("<script", "src=\"http");
    assertThat(run.resolve("trials/small-s7/checkpoints")).doesNotExist();
  }

  @Test
  void givesTheSameBytesFromTheSameConfig() throws IOException {
    Path first = runOnce(Scale.SMOKE, Map.of());
    Path second = runOnce(Scale.SMOKE, Map.of());
    assertThat(first).isNotEqualTo(second);
    for (String file : List.of("result.json", "metrics.csv")) {
      assertThat(second.resolve(file)).hasSameBinaryContentAs(first.resolve(file));
    }
  }

  @Test
  void goesOnToTheSameNumbersWhereverItWasStopped() throws IOException {
    Path whole = runOnce(Scale.SMOKE, Map.of());
    for (int steps : new int[] {1, 15, 42, 43, 60}) {
      Path run;
      try (RunFolder folder = ToyPaper.begin(out, Scale.SMOKE, Map.of())) {
        run = folder.path();
        AtomicInteger done = new AtomicInteger();
        StudyListener counting =
            new StudyListener() {
              @Override
              public void step(Place trial, long step, int epoch, double loss) {
                done.incrementAndGet();
              }
            };
        assertThatThrownBy(
                () -> StudyRunner.run(new ToyPaper(), folder, counting, () -> done.get() >= steps))
            .isInstanceOf(CancellationException.class);
      }
      assertThat(run.resolve("result.json")).doesNotExist();
      assertThat(RunFolder.newestUnfinished(out, "toy")).contains(run);
      try (RunFolder folder = RunFolder.open(run)) {
        run(folder);
      }
      for (String file : List.of("result.json", "metrics.csv")) {
        assertThat(run.resolve(file))
            .as("%s after stopping at step %d", file, steps)
            .hasSameBinaryContentAs(whole.resolve(file));
      }
    }
  }

  @Test
  void doesNotRunFinishedTrialsAgain() throws IOException {
    Path run = runOnce(Scale.SMOKE, Map.of());
    List<String> events = new ArrayList<>();
    StudyListener listener =
        new StudyListener() {
          @Override
          public void started(Place trial, boolean stored) {
            events.add(trial + (stored ? " stored" : " new"));
          }

          @Override
          public void training(Place trial, long totalSteps, long firstStep) {
            events.add("training");
          }
        };
    try (RunFolder folder = RunFolder.open(run)) {
      StudyRunner.run(new ToyPaper(), folder, listener, () -> false);
    }
    assertThat(events).containsExactly("trial 1/2 small-s7 stored", "trial 2/2 large-s7 stored");
  }

  @Test
  void weightsSayWhereTheyComeFrom() throws IOException {
    Path run = runOnce(Scale.SMOKE, Map.of());
    Path file = run.resolve("large-s7.safetensors");
    try (SafeTensorsFile weights = SafeTensorsFile.open(file)) {
      assertThat(weights.names()).containsExactlyInAnyOrder("weight", "bias");
      Provenance provenance = Provenance.of(file, weights.metadata()).orElseThrow();
      assertThat(provenance.model()).isEqualTo("linear");
      assertThat(provenance.seed()).isEqualTo(7);
      assertThat(provenance.data()).containsKey("digits/digits.csv.gz");
      assertThat(provenance.hyperparameters().get("batch").asInt()).isEqualTo(100);
      assertThat(RunConfig.of(provenance.origin().get("run"), "weights"))
          .isEqualTo(RunFolder.readConfig(run));
    }
  }

  @Test
  void refusesAFolderInUse() throws IOException {
    try (RunFolder folder = ToyPaper.begin(out, Scale.SMOKE, Map.of())) {
      assertThatThrownBy(() -> RunFolder.open(folder.path()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is in use");
    }
  }

  @Test
  void refusesDataThatTheRunWasNotMadeWith() throws IOException {
    Path run = runOnce(Scale.SMOKE, Map.of());
    Path config = run.resolve("config.json");
    String hash = JsonFiles.read(config).at("/data/digits~1digits.csv.gz/sha256").asText();
    Files.writeString(config, Files.readString(config).replace(hash, "0".repeat(64)));
    try (RunFolder folder = RunFolder.open(run)) {
      assertThatThrownBy(() -> run(folder))
          .hasMessageContaining("digits/digits.csv.gz")
          .hasMessageContaining(hash);
    }
  }

  @Test
  void refusesSettingsThatTheStudyDoesNotHave() {
    assertThatThrownBy(
            () -> StudyRunner.settings(new ToyPaper(), Scale.QUICK, Map.of("epoch", "3")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("did you mean 'epochs'?");
    assertThatThrownBy(
            () -> StudyRunner.settings(new ToyPaper(), Scale.QUICK, Map.of("epochs", "1")))
        .hasMessageContaining("at least 2, got 1");
  }

  @Test
  void refusesAFolderThatIsNoRun() throws IOException {
    assertThatThrownBy(() -> RunFolder.open(out)).hasMessageContaining("config.json");
    Files.writeString(out.resolve("config.json"), "{\"study\": ");
    assertThatThrownBy(() -> RunFolder.open(out)).hasMessageContaining("is not JSON");
    Files.writeString(out.resolve("config.json"), "{\"study\": \"toy\"}");
    assertThatThrownBy(() -> RunFolder.open(out)).hasMessageContaining("it lacks");
  }

  @Test
  void runsTrialsSideBySideToTheNumbersOfASingleWorker() throws IOException {
    Path whole = runOnce(Scale.SMOKE, Map.of("side_by_side", "true"));
    ObjectNode result = JsonFiles.read(whole.resolve("result.json"));
    assertThat(result.get("trials").properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("small-s7", "large-s7");
    for (int steps : new int[] {1, 20, 50}) {
      Path run;
      try (RunFolder folder = ToyPaper.begin(out, Scale.SMOKE, Map.of("side_by_side", "true"))) {
        run = folder.path();
        AtomicInteger done = new AtomicInteger();
        StudyListener counting =
            new StudyListener() {
              @Override
              public void step(Place trial, long step, int epoch, double loss) {
                done.incrementAndGet();
              }
            };
        assertThatThrownBy(
                () -> StudyRunner.run(new ToyPaper(), folder, counting, () -> done.get() >= steps))
            .isInstanceOf(CancellationException.class);
      }
      try (RunFolder folder = RunFolder.open(run)) {
        run(folder);
      }
      for (String file : List.of("result.json", "metrics.csv")) {
        assertThat(run.resolve(file))
            .as("%s after stopping at step %d", file, steps)
            .hasSameBinaryContentAs(whole.resolve(file));
      }
    }
  }

  @Test
  void beginsNoFurtherTrialsAfterAFailure() throws IOException {
    List<String> begun = new ArrayList<>();
    try (RunFolder folder = ToyPaper.begin(out, Scale.SMOKE, Map.of())) {
      StudyListener listener =
          new StudyListener() {
            @Override
            public void started(Place trial, boolean stored) {
              begun.add(trial.id());
            }
          };
      StudyRun run =
          new StudyRun(folder, new dev.melange.report.Report("x"), listener, () -> false);
      List<StudyRun.Planned> planned = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        planned.add(
            new StudyRun.Planned(
                "broken",
                i,
                trial -> {
                  throw new IOException("disk full in " + trial.id());
                }));
      }
      assertThatThrownBy(() -> run.trials(planned))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("disk full in broken-s");
    }
    assertThat(begun).hasSizeLessThanOrEqualTo(dev.melange.tensor.Engine.get().workers());
  }
}
