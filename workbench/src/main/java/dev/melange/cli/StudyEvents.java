package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.study.StudyListener;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Appends to a file how a study goes, one JSON object a line, and tells another listener too. Of
 * the steps of a trial four in a second are written at most.
 */
final class StudyEvents implements StudyListener, AutoCloseable {
  private static final long STEP_NANOS = 250_000_000;
  private static final long UPDATES_NANOS = 1_000_000_000;

  private final StudyListener next;
  private final LongSupplier nanoTime;
  private final BufferedWriter out;
  private final Map<String, Long> written = new HashMap<>();
  private final Map<String, Long> measured = new HashMap<>();

  private StudyEvents(StudyListener next, LongSupplier nanoTime, BufferedWriter out) {
    this.next = next;
    this.nanoTime = nanoTime;
    this.out = out;
  }

  /**
   * Opens the file.
   *
   * @param file what was written before stays
   * @param next is told everything
   * @param nanoTime tells the time
   */
  static StudyEvents open(Path file, StudyListener next, LongSupplier nanoTime) throws IOException {
    return new StudyEvents(
        next,
        nanoTime,
        Files.newBufferedWriter(
            file,
            StandardCharsets.UTF_8,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.APPEND));
  }

  private void write(String event, Place trial, ObjectNode details) {
    ObjectNode line =
        Json.object()
            .put("event", event)
            .put("trial", trial.id())
            .put("number", trial.number())
            .put("total", trial.total());
    line.setAll(details);
    try {
      out.write(line.toString());
      out.newLine();
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void started(Place trial, boolean stored) {
    write("started", trial, Json.object().put("stored", stored));
    next.started(trial, stored);
  }

  @Override
  public void training(Place trial, long totalSteps, long firstStep) {
    write("training", trial, Json.object().put("steps", totalSteps).put("first", firstStep));
    next.training(trial, totalSteps, firstStep);
  }

  @Override
  public void step(Place trial, long step, int epoch, double loss) {
    long now = nanoTime.getAsLong();
    Long before = written.get(trial.id());
    if (Double.isFinite(loss) && (before == null || now - before >= STEP_NANOS)) {
      written.put(trial.id(), now);
      write("step", trial, Json.object().put("step", step).put("epoch", epoch).put("loss", loss));
    }
    next.step(trial, step, epoch, loss);
  }

  @Override
  public boolean measures(Place trial) {
    long now = nanoTime.getAsLong();
    Long before = measured.get(trial.id());
    boolean due = before == null || now - before >= UPDATES_NANOS;
    if (due) {
      measured.put(trial.id(), now);
    }
    return due || next.measures(trial);
  }

  @Override
  public void updates(Place trial, long step, double learningRate, Map<String, Double> ratios) {
    ObjectNode details = Json.object().put("step", step).put("learning_rate", learningRate);
    ratios.forEach(details.putObject("ratios")::put);
    write("updates", trial, details);
    next.updates(trial, step, learningRate, ratios);
  }

  @Override
  public void finished(Place trial) {
    write("finished", trial, Json.object());
    next.finished(trial);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
