package dev.melange.papers.study;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed in the midst of a study, and go on. */
class StudyKillIT {
  private static final int KILLS = 3;
  // Two trials of 12 epochs of 28 steps.
  private static final int STEPS = 2 * 12 * 28;

  @TempDir private Path folder;

  /** Runs a process until it has printed so many lines, then kills it; tells whether it ended. */
  private static boolean run(String mode, Path place, int lines)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ToyProcess.class.getName(),
                mode,
                place.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      String last = "";
      for (int i = 0; i < lines; i++) {
        String line = output.readLine();
        if (line == null) {
          break;
        }
        last = line;
      }
      process.destroyForcibly();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return last.equals("done");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aKilledStudyGoesOnToTheSameNumbers() throws Exception {
    long seed = System.nanoTime();
    System.out.println("StudyKillIT seed " + seed);
    Random random = new Random(seed);

    Path whole = folder.resolve("whole");
    assertThat(run("new", whole, Integer.MAX_VALUE)).isTrue();
    Path expected = only(whole);

    Path killed = folder.resolve("killed");
    assertThat(run("new", killed, 1 + random.nextInt(STEPS / 2))).isFalse();
    Path actual = RunFolder.newestUnfinished(killed, "toy").orElseThrow();
    for (int i = 1; i < KILLS; i++) {
      run("resume", actual, 1 + random.nextInt(STEPS / KILLS));
    }
    assertThat(run("resume", actual, Integer.MAX_VALUE)).isTrue();

    for (String file : List.of("result.json", "metrics.csv", "large-s7.safetensors")) {
      // The weights' provenance holds no times and no path of the run.
      assertThat(actual.resolve(file)).hasSameBinaryContentAs(expected.resolve(file));
    }
  }

  private static Path only(Path out) throws IOException {
    try (var runs = java.nio.file.Files.list(out.resolve("toy"))) {
      return runs.findFirst().orElseThrow();
    }
  }
}
