package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.papers.study.StudyListener.Place;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class StudyProgressTest {
  private static final Place ONE = new Place("a-s0", 1, 4);
  private static final Place TWO = new Place("a-s1", 2, 4);
  private static final Place THREE = new Place("a-s2", 3, 4);

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private long seconds;
  private final StudyProgress progress =
      new StudyProgress(
          new Console(
              new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8),
              Terminal.NONE,
              false,
              false),
          () -> seconds * 1_000_000_000L);

  private List<String> lines() {
    return err.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void tellsWhatIsLeftOfAllTrials() {
    progress.started(ONE, true);
    progress.finished(ONE);
    progress.started(TWO, false);
    progress.training(TWO, 10, 0);
    seconds = 30;
    progress.step(TWO, 5, 1, 0.5);
    assertThat(lines()).first().asString().isEqualTo("trial 1/4 a-s0: finished before");
    progress.close();
    // half of one trial took 30 s; two and a half are left
    assertThat(lines()).last().asString().contains("epoch 1, loss 0.5000, study 2:30 left");
  }

  @Test
  void showsOneOfTheTrialsSideBySideAndThenAnother() {
    progress.started(TWO, false);
    progress.started(THREE, false);
    progress.training(TWO, 10, 0);
    progress.training(THREE, 10, 0);
    seconds = 10;
    progress.step(TWO, 10, 1, 0.5);
    progress.step(THREE, 8, 1, 0.5);
    progress.finished(TWO);
    assertThat(lines()).noneMatch(line -> line.contains("a-s2"));
    progress.step(THREE, 9, 1, 0.5);
    progress.finished(THREE);
    assertThat(lines()).last().asString().startsWith("trial 3/4 a-s2: 9/10 (90 %) steps");
  }

  @Test
  void notesTrialsThatWereNeverShown() {
    progress.started(TWO, false);
    progress.started(THREE, false);
    progress.training(TWO, 10, 0);
    progress.training(THREE, 10, 0);
    seconds = 70;
    progress.finished(THREE);
    assertThat(lines()).contains("trial 3/4 a-s2: done in 1:10");
  }
}
