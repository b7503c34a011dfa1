package dev.melange.papers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.papers.study.RunConfig;
import dev.melange.papers.study.RunFolder;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.StudyListener;
import dev.melange.papers.study.StudyOutcome;
import dev.melange.papers.study.StudyRunner;
import dev.melange.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every study runs at the smallest scale, learns, writes its report, and repeats itself. */
class StudySmokeIT {
  @TempDir private Path out;

  @TestFactory
  Stream<DynamicTest> everyStudyRunsAndLearns() {
    return Catalogue.studies().stream()
        .map(subject -> DynamicTest.dynamicTest(subject.key(), () -> check(subject)));
  }

  private void check(StudySubject subject) throws IOException {
    StudyOutcome first = run(subject);
    JsonNode result = new ObjectMapper().readTree(first.result().toFile());
    assertThat(first.failedChecks()).isEmpty();
    assertThat(result.get("checks")).as("checks that the training learned").isNotEmpty();
    assertThat(result.get("trials")).isNotEmpty();
    assertThat(result.get("tables")).isNotEmpty();
    if (subject instanceof Paper) {
      assertThat(result.get("comparisons")).as("the paper's figures beside ours").isNotEmpty();
    }
    JsonNode config = new ObjectMapper().readTree(first.folder().resolve("config.json").toFile());
    assertThat(config.get("data")).as("data sets asked for through the run").isNotEmpty();
    String report = Files.readString(first.report());
    assertThat(report)
        .startsWith("<!DOCTYPE html>")
        .endsWith("</html>\n")
        .contains("<h1>", "class=\"verdict", "<svg", "SHA-256")
        .doesNotContain("<script", "<link", "src=\"http");
    assertThat(Files.readAllLines(first.folder().resolve("metrics.csv"))).hasSizeGreaterThan(1);
    StudyOutcome second = run(subject);
    assertThat(second.result()).hasSameBinaryContentAs(first.result());
  }

  private StudyOutcome run(StudySubject subject) throws IOException {
    RunConfig config =
        RunConfig.of(
            subject.key(),
            Scale.SMOKE,
            0,
            StudyRunner.settings(subject, Scale.SMOKE, Map.of()),
            Map.of(),
            Engine.get().plan());
    try (RunFolder folder = RunFolder.create(out, config)) {
      return StudyRunner.run(subject, folder, new StudyListener() {}, () -> false);
    }
  }
}
