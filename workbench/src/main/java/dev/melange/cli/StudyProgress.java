package dev.melange.cli;

import dev.melange.papers.study.StudyListener;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Shows how a study goes: a bar or lines per training, with what is left of the whole study. */
final class StudyProgress implements StudyListener, AutoCloseable {
  private final Console console;
  private final LongSupplier nanoTime;
  private Progress shown = Progress.none();
  private boolean isShown;
  private long firstStep;
  private long totalSteps;
  private long trialStart;
  private double finishedSeconds;
  private int finished;

  StudyProgress(Console console, LongSupplier nanoTime) {
    this.console = console;
    this.nanoTime = nanoTime;
  }

  @Override
  public void started(Place trial, boolean stored) {
    trialStart = stored ? -1 : nanoTime.getAsLong();
    isShown = stored;
    if (stored) {
      console.note(trial + ": finished before");
    }
  }

  @Override
  public void training(Place trial, long total, long first) {
    close();
    totalSteps = total;
    firstStep = first;
    isShown = true;
    if (first > 0) {
      console.note("%s: goes on after step %,d of %,d".formatted(trial, first, total));
    }
    shown = console.progress(trial.toString(), total - first, "steps");
  }

  @Override
  public void step(Place trial, long step, int epoch, double loss) {
    StringBuilder text = new StringBuilder();
    if (!Double.isNaN(loss)) {
      text.append(String.format(Locale.ROOT, "epoch %d, loss %.4g", epoch, loss));
    }
    String left = left(trial, step);
    if (!left.isEmpty()) {
      text.append(text.isEmpty() ? "" : ", ").append(left);
    }
    shown.message(text.toString());
    shown.at(step - firstStep);
  }

  @Override
  public void finished(Place trial) {
    close();
    if (trialStart >= 0) {
      finishedSeconds += secondsOfTrial();
      finished++;
    }
    if (!isShown) {
      console.note(trial + ": done in " + Progress.Lines.clock(secondsOfTrial()));
    }
  }

  private double secondsOfTrial() {
    return (nanoTime.getAsLong() - trialStart) / 1e9;
  }

  /** What is left of the whole study, from the trials that ran here, or the first one's share. */
  private String left(Place trial, long step) {
    if (trial.total() == 0 || trialStart < 0) {
      return "";
    }
    int others = trial.total() - trial.number();
    double spent = secondsOfTrial();
    double perTrial =
        finished > 0
            ? finishedSeconds / finished
            : spent * totalSteps / Math.max(1, step - firstStep);
    double seconds = Math.max(0, perTrial - spent) + others * perTrial;
    return "study " + Progress.Lines.clock(seconds) + " left";
  }

  @Override
  public void close() {
    shown.close();
    shown = Progress.none();
  }
}
