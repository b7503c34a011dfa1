package dev.melange.cli;

import dev.melange.train.EpochRecord;
import dev.melange.train.TrainingListener;
import java.util.Locale;

/** The steps of a fit as a bar or lines. */
final class FitProgress implements TrainingListener, AutoCloseable {
  private final Console console;
  private final String task;
  private Progress shown = Progress.none();
  private long first;
  private String quality = "";

  FitProgress(Console console, String task) {
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
        String.format(Locale.ROOT, "epoch %d, loss %.4g%s", step.epoch(), step.loss(), quality));
    shown.at(step.step() - first);
  }

  @Override
  public void epoch(EpochRecord record) {
    Double psnr = record.metrics().get("psnr");
    quality = psnr == null ? "" : String.format(Locale.ROOT, ", PSNR %.2f dB", psnr);
  }

  @Override
  public void close() {
    shown.close();
  }
}
