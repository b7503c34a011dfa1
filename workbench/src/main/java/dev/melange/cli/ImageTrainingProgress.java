package dev.melange.cli;

import dev.melange.train.EpochRecord;
import dev.melange.train.TrainingListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The steps of the training of a classifier as a bar or lines, and how long they take. */
final class ImageTrainingProgress implements TrainingListener, AutoCloseable {
  private final Console console;
  private final String task;
  private Progress shown = Progress.none();
  private long first;
  private String evaluated = "";
  private final List<Double> seconds = new ArrayList<>(); // from step to step within an epoch
  private long lastTime;
  private int lastEpoch = -1;

  ImageTrainingProgress(Console console, String task) {
    this.console = console;
    this.task = task;
  }

  @Override
  public void started(long totalSteps, long firstStep) {
    first = firstStep;
    if (firstStep > 0) {
      console.note("goes on after step %,d of %,d".formatted(firstStep, totalSteps));
    }
    shown = console.progress(task, totalSteps - firstStep, "steps");
  }

  @Override
  public void step(StepRecord step) {
    shown.message(
        String.format(Locale.ROOT, "epoch %d, loss %.3f%s", step.epoch(), step.loss(), evaluated));
    shown.at(step.step() - first);
    long now = System.nanoTime();
    if (step.epoch() == lastEpoch) {
      seconds.add((now - lastTime) / 1e9);
    }
    lastTime = now;
    lastEpoch = step.epoch();
  }

  /** How long a step usually takes; NaN without two steps of one epoch. */
  double stepSeconds() {
    return seconds.isEmpty()
        ? Double.NaN
        : seconds.stream().sorted().skip(seconds.size() / 2).findFirst().orElseThrow();
  }

  @Override
  public void epoch(EpochRecord epoch) {
    evaluated =
        String.format(Locale.ROOT, ", validation %.1f %%", 100 * epoch.metrics().get("accuracy"));
  }

  @Override
  public void close() {
    shown.close();
  }
}
