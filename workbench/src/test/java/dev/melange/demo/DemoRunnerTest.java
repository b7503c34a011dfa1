package dev.melange.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoRunnerTest {
  private static final DemoInput NOTHING = new DemoInput(Map.of(), Map.of());
  private static final DemoResult DONE = DemoResult.of("done", List.of(), List.of());

  private interface Work {
    DemoResult run(BooleanSupplier cancelled) throws IOException;
  }

  private record Fake(List<String> weights, Work work) implements Demo {
    @Override
    public String key() {
      return "fake";
    }

    @Override
    public String title() {
      return "A fake";
    }

    @Override
    public String about() {
      return "A fake.";
    }

    @Override
    public List<Field> fields() {
      return List.of();
    }

    @Override
    public String train(Path folder, Consumer<Trainer> hook) {
      return "";
    }

    @Override
    public DemoResult run(DemoInput input, Path folder, BooleanSupplier cancelled)
        throws IOException {
      return work.run(cancelled);
    }
  }

  @Test
  void saysHowToMakeMissingWeights(@TempDir Path home) throws Exception {
    Fake fake = new Fake(List.of("w.safetensors"), cancelled -> DONE);
    try (DemoRunner runner = new DemoRunner(home, Duration.ofSeconds(30))) {
      assertThat(runner.ready(fake)).isFalse();
      assertThatThrownBy(() -> runner.run(fake, NOTHING))
          .hasMessageContaining("melange demos train fake");
      Files.createDirectories(runner.folder(fake));
      Files.createFile(runner.folder(fake).resolve("w.safetensors"));
      assertThat(runner.run(fake, NOTHING).summary()).isEqualTo("done");
    }
  }

  @Test
  void givesUpWhatTakesTooLong(@TempDir Path home) throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    Fake slow =
        new Fake(
            List.of(),
            cancelled -> {
              while (!cancelled.getAsBoolean()) {
                Thread.onSpinWait();
              }
              ended.countDown();
              return DONE;
            });
    try (DemoRunner runner = new DemoRunner(home, Duration.ofMillis(200))) {
      assertThatThrownBy(() -> runner.run(slow, NOTHING))
          .isInstanceOf(DemoRunner.BusyException.class)
          .hasMessageContaining("took longer");
      assertThat(ended.await(30, TimeUnit.SECONDS)).as("it noticed").isTrue();
    }
  }

  @Test
  void runsOneAtATimeAndRefusesMoreThanAFewWaiting(@TempDir Path home) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    Fake waiting =
        new Fake(
            List.of(),
            cancelled -> {
              try {
                go.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return DONE;
            });
    ExecutorService readers = Executors.newFixedThreadPool(12);
    try (DemoRunner runner = new DemoRunner(home, Duration.ofSeconds(60))) {
      List<Future<DemoResult>> asked = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        asked.add(readers.submit(() -> runner.run(waiting, NOTHING)));
      }
      // One runs and four wait; the other seven are told at once.
      int refused = 0;
      while (refused < 7) {
        refused = 0;
        for (Future<DemoResult> one : asked) {
          refused += one.isDone() ? 1 : 0;
        }
        Thread.onSpinWait();
      }
      go.countDown();
      int done = 0;
      for (Future<DemoResult> one : asked) {
        try {
          assertThat(one.get(60, TimeUnit.SECONDS)).isSameAs(DONE);
          done++;
        } catch (java.util.concurrent.ExecutionException e) {
          assertThat(e.getCause()).isInstanceOf(DemoRunner.BusyException.class);
        }
      }
      assertThat(done).isEqualTo(5);
    } finally {
      readers.shutdownNow();
    }
  }

  @Test
  void passesOnWhatIsWrongWithTheInput(@TempDir Path home) {
    Fake wrong =
        new Fake(
            List.of(),
            cancelled -> {
              throw new IllegalArgumentException("the picture is upside down");
            });
    try (DemoRunner runner = new DemoRunner(home, Duration.ofSeconds(30))) {
      assertThatThrownBy(() -> runner.run(wrong, NOTHING))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the picture is upside down");
    }
  }
}
