package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.train.EpochRecord;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingListener;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * One repetition: all models with one seed, as many side by side as there are workers. A step of
 * such a model is too small to be shared among cores; whole trainings are not.
 */
final class FinalMlpTrial {
  // The criterion was narrowed after trials with the seeds 0 and 1.
  private static final long FIRST_UNSEEN_SEED = 2;

  private final FinalMlpSettings settings;
  private final StudyRows rows;
  private final Trial trial;
  private final long seed;
  private final long totalSteps;
  private long doneSteps;
  private CancellationException cancelled;

  FinalMlpTrial(FinalMlpSettings settings, StudyRows rows, Trial trial) {
    this.settings = settings;
    this.rows = rows;
    this.trial = trial;
    this.seed = trial.seed() + FIRST_UNSEEN_SEED;
    totalSteps = settings.models().size() * stepsOfOne();
  }

  private long stepsOfOne() {
    int batches = (rows.train().size() + settings.batch_size() - 1) / settings.batch_size();
    return (long) settings.epochs() * batches;
  }

  /** Trains all models: their results by key. */
  ObjectNode run() throws IOException {
    trial.progress(0, totalSteps);
    List<Supplier<ObjectNode>> tasks = new ArrayList<>();
    for (String key : settings.models()) {
      tasks.add(() -> train(Architecture.of(key)));
    }
    List<ObjectNode> results;
    try {
      results = Engine.get().parallel(tasks);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < results.size(); i++) {
      String key = settings.models().get(i);
      json.set(key, results.get(i));
      record(key, results.get(i));
    }
    return json;
  }

  /** In the order of the models, whichever training was done first. */
  private void record(String key, ObjectNode result) {
    for (String metric : List.of("loss", "auc", "logloss")) {
      for (int i = 0; i < result.get(metric + "_by_epoch").size(); i++) {
        double value = result.get(metric + "_by_epoch").get(i).doubleValue();
        trial.metric(i + 1, key + "." + metric, value);
      }
    }
  }

  private ObjectNode train(Architecture architecture) {
    Record config = architecture.config(Feature.of(rows.train().encoder()), changes(architecture));
    try (ClickModel model = architecture.create(config, new Rng(seed))) {
      TrainingResult training =
          ClickTraining.fit(
              model,
              rows.train(),
              rows.valid(),
              settings.training(),
              seed,
              trainer -> run(trainer, architecture));
      if (architecture == Architecture.FINAL_MLP) {
        trial.save(architecture.key() + "-s" + trial.seed(), model, architecture.key(), config);
      }
      return result(model, training);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Those keys of the published configuration that belong to the data. */
  private Map<String, String> changes(Architecture architecture) {
    Map<String, String> changes = new LinkedHashMap<>();
    changes.put("embedding_regularizer", Double.toString(settings.embedding_regularizer()));
    if (architecture == Architecture.FINAL_MLP) {
      changes.put("fs1_context", "[\"" + rows.contexts().get(0) + "\"]");
      changes.put("fs2_context", "[\"" + rows.contexts().get(1) + "\"]");
    }
    return changes;
  }

  private TrainingResult run(Trainer trainer, Architecture architecture) throws IOException {
    Steps steps = new Steps();
    TrainingResult result =
        trainer
            .checkpoints(trial.folder().resolve("checkpoints").resolve(architecture.key()))
            .listener(steps)
            .cancellation(this::isCancelled)
            .fit();
    advance(stepsOfOne() - steps.done);
    return result;
  }

  private final class Steps implements TrainingListener {
    private long done;

    @Override
    public void started(long total, long first) {
      done = first;
      advance(first);
    }

    @Override
    public void step(StepRecord step) {
      done++;
      advance(1);
    }
  }

  /** The trial's progress knows nothing of threads, hence one at a time. */
  private synchronized void advance(long steps) {
    doneSteps += steps;
    if (cancelled == null) {
      try {
        trial.progress(Math.max(1, doneSteps), totalSteps);
      } catch (CancellationException e) {
        // Not thrown on: the trainings ask, save themselves and stop.
        cancelled = e;
      }
    }
  }

  private synchronized boolean isCancelled() {
    return cancelled != null;
  }

  private ObjectNode result(ClickModel model, TrainingResult training) {
    double[] labels = ClickTraining.labels(rows.test());
    double[] probabilities = ClickTraining.predict(model, rows.test());
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("parameters", model.parameterCount());
    json.put("epochs", training.history().size()).put("best_epoch", training.bestEpoch());
    json.put("valid_auc", training.best());
    json.setAll(ClickScores.of(labels, probabilities, rows.groups()).toJson());
    for (EpochRecord epoch : training.history()) {
      json.withArray("loss_by_epoch").add(epoch.loss());
      json.withArray("auc_by_epoch").add(epoch.metrics().get("auc"));
      json.withArray("logloss_by_epoch").add(epoch.metrics().get("logloss"));
    }
    json.setAll(ClickCurves.of(labels, probabilities).toJson());
    if (model instanceof FinalMlp gated && gated.isGated()) {
      ArrayNode gates = json.putArray("gates");
      for (double[] stream : Importance.gates(gated, rows.test())) {
        ArrayNode values = gates.addArray();
        for (double gate : stream) {
          values.add(gate);
        }
      }
    }
    return json;
  }
}
