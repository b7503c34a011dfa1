package dev.melange.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.optim.EarlyStopping;
import dev.melange.optim.Mode;
import java.io.IOException;
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
  private static final int KILLS = 3;

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
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log.txt").toFile()))
        .start();
  }

  @Test
  void endsInTheSameNumbersWhenKilledAtRandomMoments() throws Exception {
    long seed = System.nanoTime();
    System.out.println("KilledTrainingIT seed " + seed);
    Random random = new Random(seed);

    Path whole = Files.createDirectory(folder.resolve("whole"));
    assertThat(start(whole).waitFor()).as("%s", whole.resolve("log.txt")).isZero();

    Path killed = Files.createDirectory(folder.resolve("killed"));
    int kills = 0;
    while (kills < KILLS && !Files.exists(killed.resolve("weights.txt"))) {
      Process process = start(killed);
      // from start-up to well into the training
      if (!process.waitFor(500 + random.nextInt(2500), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
        kills++;
      }
    }
    assertThat(kills).as("processes killed before the end").isPositive();
    assertThat(start(killed).waitFor()).as(Files.readString(killed.resolve("log.txt"))).isZero();
    assertThat(killed.resolve("weights.txt")).hasSameTextualContentAs(whole.resolve("weights.txt"));
  }
}
