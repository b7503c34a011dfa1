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
    return Catalogue.papers().stream()
        .map(paper -> DynamicTest.dynamicTest(paper.key(), () -> check(paper)));
  }

  private void check(Paper paper) throws IOException {
    StudyOutcome first = run(paper);
    JsonNode result = new ObjectMapper().readTree(first.result().toFile());
    assertThat(first.failedChecks()).isEmpty();
    assertThat(result.get("checks")).as("checks that the training learned").isNotEmpty();
    assertThat(result.get("trials")).isNotEmpty();
    assertThat(result.get("tables")).isNotEmpty();
    assertThat(result.get("comparisons")).as("the paper's figures beside ours").isNotEmpty();
    JsonNode config = new ObjectMapper().readTree(first.folder().resolve("config.json").toFile());
    assertThat(config.get("data")).as("data sets asked for through the run").isNotEmpty();
    String report = Files.readString(first.report());
    assertThat(report)
        .startsWith("<!DOCTYPE html>")
        .endsWith("</html>\n")
        .contains("<h1>", "class=\"verdict", "<svg", "SHA-256")
        .doesNotContain("<script", "<link", "src=\"http");
    assertThat(Files.readAllLines(first.folder().resolve("metrics.csv"))).hasSizeGreaterThan(1);
    StudyOutcome second = run(paper);
    assertThat(second.result()).hasSameBinaryContentAs(first.result());
  }

  private StudyOutcome run(Paper paper) throws IOException {
    RunConfig config =
        RunConfig.of(
            paper.key(),
            Scale.SMOKE,
            0,
            StudyRunner.settings(paper, Scale.SMOKE, Map.of()),
            Map.of(),
            Engine.get().plan());
    try (RunFolder folder = RunFolder.create(out, config)) {
      return StudyRunner.run(paper, folder, new StudyListener() {}, () -> false);
    }
  }
}
