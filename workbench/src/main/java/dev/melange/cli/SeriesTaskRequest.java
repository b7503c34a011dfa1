package dev.melange.cli;

import dev.melange.component.Configs;
import dev.melange.component.Default;
import dev.melange.papers.forecast.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a task of {@code melange series} was asked to do; kept in its folder, so that it can go on.
 *
 * @param input the series; null for tasks that read other files
 * @param length rows of a window; null for what fits
 * @param epochs passes over the windows, at most
 * @param batch windows per step
 * @param seed of initial weights and all draws
 * @param threads worker threads
 * @param device where to compute
 * @param more the task's own settings
 */
record SeriesTaskRequest(
    @Default("null") SeriesInput input,
    @Default("null") Integer length,
    int epochs,
    int batch,
    long seed,
    int threads,
    String device,
    Map<String, String> more) {
  private static final int MOST_STEPS = 100; // per epoch; longer series are sampled
  private static final int[] LENGTHS = {96, 48, 24, 16, 8};

  /** Checks the numbers. */
  SeriesTaskRequest {
    if ((length != null && length < 4) || epochs < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "length must be at least 4, epochs and batch at least 1; got %s, %d and %d"
              .formatted(length, epochs, batch));
    }
  }

  /** The request that a folder was made for. */
  static SeriesTaskRequest in(Path folder) throws IOException {
    return RunFolderOptions.settings(folder, SeriesTaskRequest.class);
  }

  /** Writes it into a folder. */
  void write(Path folder) throws IOException {
    RunFolderOptions.write(folder, Configs.toJson(this));
  }

  /** The training for so many windows. */
  Recipe recipe(int windows) {
    int own = batch;
    while (own > 8 && windows / own < 20) {
      own /= 2;
    }
    double share = Math.min(1, (double) MOST_STEPS * own / Math.max(1, windows));
    return new Recipe(0.01, own, epochs, epochs, "mse", "one-cycle", 0.2, share);
  }

  /** The length that was asked for, or the longest usual one that fits a number of rows 4 times. */
  int lengthFor(int rows) {
    if (length != null) {
      return length;
    }
    for (int candidate : LENGTHS) {
      if (4 * candidate <= rows) {
        return candidate;
      }
    }
    return LENGTHS[LENGTHS.length - 1];
  }
}
