package dev.melange.papers.study;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.data.DataSets;
import dev.melange.io.Checkpoints;
import dev.melange.io.Provenance;
import dev.melange.nn.Layer;
import dev.melange.papers.study.StudyListener.Place;
import dev.melange.report.Report;
import dev.melange.report.Table;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * What a {@link Study} works with: settings, data, trials and the report.
 *
 * <pre>{@code
 * run.expect(variants.size() * settings.seeds());
 * for (Variant variant : variants) {
 *   for (int i = 0; i < settings.seeds(); i++) {
 *     ObjectNode result = run.trial(variant.name(), i, trial -> {
 *       ...
 *       trial.train(Trainer.of(model, objective).data(train).epochs(8).seed(trial.seed()));
 *       return new ObjectNode(JsonNodeFactory.instance).put("accuracy", accuracy);
 *     });
 *   }
 * }
 * run.result(table);
 * run.compare("pooling, top-1 (%)", "77.2", "47.1 on CIFAR-10");
 * }</pre>
 *
 * <p>Everything after the trials must come from their results and from files, never from what a
 * trial left in memory: a resumed run does not run finished trials again.
 */
public final class StudyRun {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+=-]*");

  private final RunFolder folder;
  private final Report report;
  private final StudyListener listener;
  private final BooleanSupplier cancelled;
  private final DataSets data;
  private final Map<String, TrialRecord> trials = new LinkedHashMap<>();
  private final List<Table> tables = new ArrayList<>();
  private final List<Comparison> comparisons = new ArrayList<>();
  private final List<Check> checks = new ArrayList<>();
  private int expected;

  StudyRun(RunFolder folder, Report report, StudyListener listener, BooleanSupplier cancelled) {
    this.folder = folder;
    this.report = report;
    this.listener = StudyListener.oneAtATime(listener);
    this.cancelled = cancelled;
    this.data =
        folder
            .config()
            .dataSets()
            .observedBy(
                set -> {
                  try {
                    folder.read(set);
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
  }

  /**
   * A figure of the paper beside ours.
   *
   * @param quantity what, with its unit
   * @param paper the paper's figure
   * @param here this run's
   */
  record Comparison(String quantity, String paper, String here) {}

  /**
   * Something that every run must show, whatever its scale.
   *
   * @param sentence what, with the numbers
   * @param holds whether it does
   */
  record Check(String sentence, boolean holds) {}

  /** The scale. */
  public Scale scale() {
    return folder.config().scale();
  }

  /** The seed of the first repetition; repetition i has this plus i. */
  public long seed() {
    return folder.config().seed();
  }

  /**
   * The settings, with what the user changed.
   *
   * @param type the record that {@link Study#settings} returns
   */
  public <R extends Record> R settings(Class<R> type) {
    return Configs.read(
        type, folder.config().settings(), "the study of " + folder.config().study());
  }

  /**
   * The data sets, in the places that the user gave. Sets must be asked for here (with {@code
   * where}, or by passing this on) so that the run knows what it was made with.
   */
  public DataSets data() {
    return data;
  }

  /**
   * Notes that the study starts from weights that were trained before.
   *
   * @param name what they are called
   * @param sha256 of the file they come from
   */
  public void parent(String name, String sha256) throws IOException {
    folder.readWeights(name, sha256);
  }

  /** The report; the study adds sections, tables, charts and pictures. */
  public Report report() {
    return report;
  }

  /** The run's folder. */
  public Path folder() {
    return folder.path();
  }

  /**
   * Says how many trials there will be, for the progress.
   *
   * @param count all of them, those already finished included
   */
  public void expect(int count) {
    expected = count;
  }

  /**
   * A trial with the seed of the run.
   *
   * @param id its name: letters, digits and {@code . _ + = -}; unique in the run
   * @param body its work
   * @return the body's result, or that of an earlier run of this trial
   * @throws CancellationException if the user wants to stop; what can be resumed is saved
   */
  public ObjectNode trial(String id, TrialBody body) throws IOException {
    return trial(id, seed(), body);
  }

  /**
   * A trial of a variant of which there are several that differ in their seeds.
   *
   * @param variant its name; the trial is called {@code VARIANT-sSEED}
   * @param repetition from 0; the seed is that of the run plus this, alike for all variants
   * @param body its work
   * @return as {@link #trial(String, TrialBody)}
   */
  public ObjectNode trial(String variant, int repetition, TrialBody body) throws IOException {
    long seed = seed() + repetition;
    return trial(variant + "-s" + seed, seed, body);
  }

  private ObjectNode trial(String id, long seed, TrialBody body) throws IOException {
    Begun begun = register(id, seed);
    work(begun, body);
    return begun.record().result();
  }

  /**
   * A trial among several that may run side by side.
   *
   * @param variant as for {@link #trial(String, int, TrialBody)}
   * @param repetition as there
   * @param body as there; works on a thread of its own, so it shares nothing that it changes
   */
  public record Planned(String variant, int repetition, TrialBody body) {}

  /**
   * Independent trials side by side, one per worker of the {@link Engine}; one after the other on a
   * GPU. Each computes with a single thread, whatever runs beside it, so the results are those of
   * running them one by one on a worker. The fast way for models with batch statistics, whose
   * batches cannot be cut into parts.
   *
   * @param planned their work
   * @return their results in the same order
   * @throws CancellationException if the user wants to stop; what can be resumed is saved
   */
  public List<ObjectNode> trials(List<Planned> planned) throws IOException {
    List<Begun> begun = new ArrayList<>();
    for (Planned one : planned) {
      long seed = seed() + one.repetition();
      begun.add(register(one.variant() + "-s" + seed, seed));
    }
    if (Engine.get().device().isCuda()) {
      for (int i = 0; i < begun.size(); i++) {
        work(begun.get(i), planned.get(i).body());
      }
    } else {
      sideBySide(begun, planned);
    }
    List<ObjectNode> results = new ArrayList<>();
    for (Begun one : begun) {
      results.add(one.record().result());
    }
    return results;
  }

  private void sideBySide(List<Begun> begun, List<Planned> planned) throws IOException {
    AtomicBoolean failed = new AtomicBoolean();
    List<Supplier<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < begun.size(); i++) {
      Begun one = begun.get(i);
      TrialBody body = planned.get(i).body();
      tasks.add(
          () -> {
            // After a failure what runs goes on to its end, but nothing new is begun.
            if (!failed.get()) {
              boolean done = false;
              try {
                work(one, body);
                done = true;
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              } finally {
                failed.compareAndSet(false, !done);
              }
            }
            return null;
          });
    }
    try {
      Engine.get().parallel(tasks);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private record Begun(Place place, Trial trial, TrialRecord record) {}

  private Begun register(String id, long seed) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "a trial's name has letters, digits and . _ + = - only, got '" + id + "'");
    }
    if (trials.containsKey(id)) {
      throw new IllegalArgumentException("there are two trials called '" + id + "'");
    }
    Place place = new Place(id, trials.size() + 1, expected);
    Path own = folder.path().resolve("trials").resolve(id);
    TrialRecord record = new TrialRecord(own);
    trials.put(id, record);
    return new Begun(place, new Trial(this, place, seed, own), record);
  }

  private void work(Begun begun, TrialBody body) throws IOException {
    stopIfCancelled();
    Trial trial = begun.trial();
    TrialRecord record = begun.record();
    boolean stored = record.isFinished();
    listener.started(begun.place(), stored);
    if (!stored) {
      Files.createDirectories(trial.folder());
      record.finish(() -> Scope.run(() -> unchecked(body, trial)), trial);
    }
    record.removeCheckpoints();
    listener.finished(begun.place());
  }

  private static ObjectNode unchecked(TrialBody body, Trial trial) {
    try {
      return body.run(trial);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * How long a trial took, all its resumptions together, for display only.
   *
   * @param id its name
   * @return seconds
   */
  public double seconds(String id) throws IOException {
    TrialRecord record = trials.get(id);
    if (record == null) {
      throw new IllegalArgumentException(
          "there was no trial '" + id + "'; there were " + String.join(", ", trials.keySet()));
    }
    return record.seconds();
  }

  /**
   * The file of weights that {@link Trial#save} writes.
   *
   * @param file the name without its extension: the trial's, unless another was given
   */
  public Path weights(String file) {
    return folder.path().resolve(file + ".safetensors");
  }

  /**
   * Loads weights that a trial saved into a model of the same structure.
   *
   * @param file as for {@link #weights}
   * @param model the model
   */
  public void load(String file, Layer model) throws IOException {
    Checkpoints.load(model, weights(file));
  }

  /**
   * A table of results: in the report, in {@code result.json} and on the terminal. Durations belong
   * into other tables of the {@link #report()}: results are the same in every run.
   */
  public void result(Table table) {
    tables.add(table);
    report.table(table);
  }

  /**
   * A figure of the paper beside the one found here; the report shows them together.
   *
   * @param quantity what, with its unit and data
   * @param paper the paper's figure
   * @param here this run's, and on what if that differs
   */
  public void compare(String quantity, String paper, String here) {
    comparisons.add(new Comparison(quantity, paper, here));
  }

  /**
   * Something that every run must show, whatever its scale: that the training learned, for
   * instance. A run in which a check does not hold fails.
   *
   * @param sentence what, with the numbers: {@code pooling: loss fell from 2.31 to 1.20}
   * @param holds whether it does
   */
  public void check(String sentence, boolean holds) {
    checks.add(new Check(sentence, holds));
  }

  void stopIfCancelled() {
    if (cancelled.getAsBoolean()) {
      throw new CancellationException("the study was stopped");
    }
  }

  StudyListener listener() {
    return listener;
  }

  BooleanSupplier cancelled() {
    return cancelled;
  }

  RunConfig config() {
    return folder.config();
  }

  Map<String, TrialRecord> trials() {
    return trials;
  }

  List<Table> tables() {
    return tables;
  }

  List<Comparison> comparisons() {
    return comparisons;
  }

  List<Check> checks() {
    return checks;
  }

  Provenance provenance(String model, Record config, Trial trial) {
    RunConfig run = folder.config();
    Map<String, String> hashes = new LinkedHashMap<>();
    run.data().forEach((name, file) -> hashes.put(name, file.sha256()));
    ObjectNode origin = JsonNodeFactory.instance.objectNode().put("trial", trial.id());
    origin.set("run", run.toJson());
    return new Provenance(
        model,
        config == null ? JsonNodeFactory.instance.objectNode() : Configs.toJson(config),
        hashes,
        trial.seed(),
        run.settings(),
        origin,
        run.library(),
        run.parents());
  }
}
