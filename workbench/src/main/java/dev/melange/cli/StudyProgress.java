package dev.melange.cli;

import dev.melange.papers.study.StudyListener;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Shows how a study goes: a bar or lines per training, with what is left of the whole study. Of
 * trials that run side by side one is shown; when it ends, another.
 */
final class StudyProgress implements StudyListener, AutoCloseable {
  private final Console console;
  private final LongSupplier nanoTime;
  private final Map<Place, Work> running = new HashMap<>();
  private Progress bar = Progress.none();
  private Place shown;
  private long studyStart;
  private int stored;
  private int finished;

  /** A trial under way. */
  private static final class Work {
    final long start;
    long total;
    long first;
    long step;
    boolean wasShown;

    Work(long start) {
      this.start = start;
    }

    double share() {
      return total == 0 ? 0 : (double) (step - first) / Math.max(1, total - first);
    }
  }

  StudyProgress(Console console, LongSupplier nanoTime) {
    this.console = console;
    this.nanoTime = nanoTime;
  }

  @Override
  public void started(Place trial, boolean finishedBefore) {
    if (finishedBefore) {
      stored++;
      console.note(trial + ": finished before");
      return;
    }
    if (running.isEmpty() && finished == 0) {
      studyStart = nanoTime.getAsLong();
    }
    running.put(trial, new Work(nanoTime.getAsLong()));
  }

  @Override
  public void training(Place trial, long total, long first) {
    Work work = running.get(trial);
    work.total = total;
    work.first = first;
    work.step = first;
    if (first > 0) {
      console.note("%s: goes on after step %,d of %,d".formatted(trial, first, total));
    }
    if (shown == null || shown.equals(trial)) {
      show(trial, work);
    }
  }

  private void show(Place trial, Work work) {
    close();
    shown = trial;
    work.wasShown = true;
    bar = console.progress(trial.toString(), work.total - work.first, "steps");
  }

  @Override
  public void step(Place trial, long step, int epoch, double loss) {
    Work work = running.get(trial);
    work.step = step;
    if (shown == null) {
      show(trial, work);
    }
    if (!shown.equals(trial)) {
      return;
    }
    StringBuilder text = new StringBuilder();
    if (!Double.isNaN(loss)) {
      text.append(String.format(Locale.ROOT, "epoch %d, loss %.4g", epoch, loss));
    }
    String left = left(trial.total());
    if (!left.isEmpty()) {
      text.append(text.isEmpty() ? "" : ", ").append(left);
    }
    bar.message(text.toString());
    bar.at(step - work.first);
  }

  @Override
  public void finished(Place trial) {
    Work work = running.remove(trial);
    if (work == null) {
      return;
    }
    finished++;
    if (trial.equals(shown)) {
      close();
    }
    if (!work.wasShown) {
      double seconds = (nanoTime.getAsLong() - work.start) / 1e9;
      console.note(trial + ": done in " + Progress.Lines.clock(seconds));
    }
  }

  /** What is left of the whole study, if the trials to come take as long as those so far. */
  private String left(int total) {
    double done = finished + running.values().stream().mapToDouble(Work::share).sum();
    if (total == 0 || done == 0) {
      return "";
    }
    double spent = (nanoTime.getAsLong() - studyStart) / 1e9;
    double seconds = spent / done * Math.max(0, total - stored - done);
    return "study " + Progress.Lines.clock(seconds) + " left";
  }

  @Override
  public void close() {
    bar.close();
    bar = Progress.none();
    shown = null;
  }
}
