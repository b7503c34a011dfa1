package dev.melange.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.optim.EarlyStopping;
import dev.melange.optim.Mode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Really kills a process that trains, at random moments, and has it go on. */
class KilledTrainingIT {
  private static final int KILLS = 4;

  @TempDir Path folder;

  /** The process: trains into a folder and leaves the final weights as text. */
  public static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      Path folder = Path.of(args[0]);
      try (TrainingTask task = new TrainingTask(3)) {
        task.trainer()
            .epochs(60)
            .clipNorm(1)
            .ema(0.95, true)
            .monitor("valid_loss", new EarlyStopping.Config(60, 0, Mode.MIN))
            .restoreBest()
            .seed(11)
            .checkpointEvery(Duration.ZERO)
            .listener(
                new TrainingListener() {
                  @Override
                  public void step(StepRecord step) {
                    System.out.println("step " + step.step());
                  }
                })
            .checkpoints(folder)
            .fit();
        var weights = new TreeMap<String, String>();
        task.model()
            .state()
            .forEach((name, tensor) -> weights.put(name, Arrays.toString(tensor.toFloats())));
        Files.writeString(folder.resolve("weights.txt"), weights.toString());
      }
    }
  }

  private static Process start(Path folder) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Child.class.getName(),
            folder.toString())
        .redirectErrorStream(true)
        .start();
  }

  /** Waits for the process to end by itself. */
  private static void finish(Path folder) throws IOException, InterruptedException {
    Process process = start(folder);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  @Test
  void endsInTheSameNumbersWhenKilledAtRandomMoments() throws Exception {
    long seed = System.nanoTime();
    System.out.println("KilledTrainingIT seed " + seed);
    Random random = new Random(seed);

    Path whole = Files.createDirectory(folder.resolve("whole"));
    finish(whole);

    Path killed = Files.createDirectory(folder.resolve("killed"));
    for (int kill = 0; kill < KILLS; kill++) {
      Process process = start(killed);
      // any moment of the next steps: in a computation, or while a checkpoint is written
      int steps = 1 + random.nextInt(50);
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (int i = 0; i < steps; i++) {
          assertThat(lines.readLine()).startsWith("step ");
        }
        process.waitFor(random.nextInt(20_000), TimeUnit.MICROSECONDS);
        process.destroyForcibly().waitFor();
      }
      assertThat(killed.resolve("weights.txt")).doesNotExist();
    }
    finish(killed);
    assertThat(killed.resolve("weights.txt")).hasSameTextualContentAs(whole.resolve("weights.txt"));
  }
}
