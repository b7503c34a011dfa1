package dev.melange.cli;

import dev.melange.train.TrainerRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;

/**
 * A training of a command: with a bar or lines of progress, and ended by Ctrl-C.
 *
 * @param <T> what is fitted
 */
@FunctionalInterface
interface Fitting<T> {
  /**
   * Trains.
   *
   * @param run shows the progress of a trainer, ends it and keeps its checkpoints
   */
  T fit(TrainerRun run) throws IOException;

  /** Runs one without checkpoints. */
  static <T> T run(Console console, Cancellation cancellation, Fitting<T> fitting)
      throws IOException {
    try (Cancellation.Section section = cancellation.section();
        FitProgress progress = new FitProgress(console, "fitting")) {
      return fitting.fit(trainer -> trainer.listener(progress).cancellation(cancellation).fit());
    }
  }

  /**
   * Runs one that can be interrupted and resumed.
   *
   * @param command as users type it, for the advice how to go on
   * @param folder of the run
   */
  static <T> T run(
      Console console, Cancellation cancellation, String command, Path folder, Fitting<T> fitting)
      throws IOException {
    try {
      return run(
          console,
          cancellation,
          run ->
              fitting.fit(trainer -> run.fit(trainer.checkpoints(folder.resolve("checkpoints")))));
    } catch (CancellationException e) {
      console.warn("interrupted; go on with: melange " + command + " --resume " + folder);
      throw e;
    }
  }
}
