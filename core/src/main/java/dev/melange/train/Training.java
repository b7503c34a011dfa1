package dev.melange.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.io.Weights;
import dev.melange.optim.EarlyStopping;
import dev.melange.optim.Ema;
import dev.melange.optim.OneCycle;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ReduceOnPlateau;
import dev.melange.optim.Schedule;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One run of a {@link Trainer}. */
final class Training {
  // Streams for different purposes of one seed.
  private static final long PREPARE = 1;
  private static final long STEP = 2;
  private static final int IDS_IN_MESSAGE = 8;

  private final Trainer settings;
  private final Optimizer optimizer;
  private final Engine engine = Engine.get();
  private final Schedule schedule;
  private final int parts;
  private final GradientStep gradient;
  private final Ema ema;
  private final EarlyStopping monitor;
  private final ReduceOnPlateau plateau;
  private final CheckpointFile checkpoint;
  private final ObjectNode fingerprint;
  private TrainingState state = new TrainingState();
  private Map<String, Tensor> bestWeights = Map.of();
  private double lastRate;
  private boolean goodCheckpoint;
  private long savedAt;

  Training(Trainer settings, Optimizer optimizer) {
    this.settings = settings;
    this.optimizer = optimizer;
    schedule = settings.scheduleOrDefault();
    parts =
        settings.wholeBatch || settings.model.hasBatchStatistics() || engine.device().isCuda()
            ? 1
            : engine.workers();
    gradient = new GradientStep(settings.objective, optimizer, parts);
    ema = settings.emaDecay > 0 ? new Ema(optimizer, settings.emaDecay, settings.emaWarmUp) : null;
    monitor = settings.monitored == null ? null : new EarlyStopping(settings.monitoring);
    plateau = settings.plateau == null ? null : new ReduceOnPlateau(settings.plateau);
    checkpoint =
        settings.folder == null
            ? null
            : new CheckpointFile(settings.folder.resolve("last.safetensors"));
    fingerprint = settings.settings(optimizer, parts);
  }

  TrainingResult run() throws IOException {
    try {
      if (checkpoint != null && checkpoint.exists()) {
        resume();
      }
      settings.listener.started(settings.totalSteps(), state.step);
      savedAt = System.nanoTime();
      while (!isFinished()) {
        trainEpoch();
        endEpoch();
        if (checkpoint != null) {
          save();
        }
        stopIfCancelled();
      }
      if (ema != null) {
        ema.swap();
      }
      if (settings.restoreBest && !bestWeights.isEmpty()) {
        settings.model.load(bestWeights);
      }
      settings.model.eval();
      return result();
    } finally {
      if (ema != null) {
        ema.close();
      }
      bestWeights.values().forEach(Tensor::close);
    }
  }

  private boolean isFinished() {
    return state.epoch >= settings.epochs
        || state.step >= settings.steps
        || (monitor != null && monitor.isStopped());
  }

  // ---- an epoch ----

  private void trainEpoch() throws IOException {
    settings.model.train();
    try (Minibatches.Epoch batches = settings.data.epoch(state.epoch, state.batch)) {
      while (batches.hasNext() && state.step < settings.steps) {
        try (Scope scope = Scope.open()) {
          step(batches);
        }
        if (batches.hasNext()) { // else the epoch's end looks after it
          if (checkpoint != null
              && System.nanoTime() - savedAt >= settings.checkpointEvery.toNanos()) {
            save();
          }
          stopIfCancelled();
        }
      }
    }
  }

  private void step(Minibatches.Epoch data) {
    Rng rng = new Rng(settings.seed).fork(STEP, state.epoch, state.batch);
    List<TensorBatch> batches = new ArrayList<>();
    TrainingProgress before = new TrainingProgress(state.step, settings.totalSteps());
    for (int i = 0; i < settings.accumulate && data.hasNext(); i++) {
      Rng own = new Rng(settings.seed).fork(PREPARE, state.epoch, state.batch);
      batches.add(settings.preparation.apply(data.next().to(engine.device()), own, before));
      state.batch++;
    }
    GradientStep.Result result = gradient.run(batches, rng);
    double loss = result.loss();
    if (!Double.isFinite(loss)) {
      throw notFinite("the loss became " + loss, batches);
    }
    double norm = Double.NaN;
    if (settings.clipNorm < Double.POSITIVE_INFINITY) {
      norm = result.sum().clipNorm(settings.clipNorm);
      if (!Double.isFinite(norm)) {
        throw notFinite("the gradient's norm became " + norm, batches);
      }
    }
    lastRate = plateau == null ? schedule.at(state.step) : plateau.learningRate();
    if (schedule instanceof OneCycle cycle && plateau == null) {
      optimizer.momentum(cycle.momentum(state.step));
    }
    if (settings.listener.measures(state.step + 1)) {
      try (UpdateSizes sizes = new UpdateSizes(settings.model)) {
        optimizer.step(lastRate, result.sum());
        settings.listener.updates(state.step + 1, lastRate, sizes.ratios());
      }
    } else {
      optimizer.step(lastRate, result.sum());
    }
    if (ema != null) {
      ema.update();
    }
    state.step++;
    settings.afterStep.accept(new TrainingProgress(state.step, settings.totalSteps()));
    int examples = batches.stream().mapToInt(TensorBatch::size).sum();
    state.lossSum += loss * examples;
    state.examples += examples;
    settings.listener.step(
        new TrainingListener.StepRecord(
            state.epoch + 1, state.step, loss, lastRate, norm, examples));
  }

  private NonFiniteLossException notFinite(String what, List<TensorBatch> batches) {
    List<String> ids =
        batches.stream()
            .flatMap(batch -> IntStream.range(0, batch.size()).mapToObj(batch::id))
            .toList();
    String shown = String.join(", ", ids.subList(0, Math.min(ids.size(), IDS_IN_MESSAGE)));
    String more =
        ids.size() > IDS_IN_MESSAGE ? ", and %d more".formatted(ids.size() - IDS_IN_MESSAGE) : "";
    return new NonFiniteLossException(
        "%s at step %d (epoch %d; examples: %s%s); lower the learning rate or look at these examples%s"
            .formatted(
                what,
                state.step + 1,
                state.epoch + 1,
                shown,
                more,
                goodCheckpoint ? "; last good checkpoint: " + checkpoint.path() : ""),
        state.step + 1,
        ids);
  }

  private void endEpoch() throws IOException {
    state.epoch++;
    state.batch = 0;
    boolean last = state.epoch >= settings.epochs || state.step >= settings.steps;
    Map<String, Double> metrics =
        last || state.epoch % settings.evaluateEvery == 0 ? evaluate() : Map.of();
    EpochRecord record =
        new EpochRecord(state.epoch, state.step, state.lossSum / state.examples, lastRate, metrics);
    state.history.add(record);
    state.lossSum = 0;
    state.examples = 0;
    settings.listener.epoch(record);
  }

  private Map<String, Double> evaluate() throws IOException {
    settings.model.eval();
    if (ema != null) {
      ema.swap();
    }
    try {
      Map<String, Double> metrics = new LinkedHashMap<>();
      if (settings.validation != null) {
        metrics.put("valid_loss", validationLoss());
      }
      metrics.putAll(Autograd.noGrad(() -> settings.metrics.get()));
      if (monitor != null) {
        observe(metrics);
      }
      return metrics;
    } finally {
      if (ema != null) {
        ema.swap();
      }
    }
  }

  private double validationLoss() {
    return Autograd.noGrad(
        () -> {
          double sum = 0;
          long examples = 0;
          try (Minibatches.Epoch batches = settings.validation.epoch(0, 0)) {
            while (batches.hasNext()) {
              try (Scope scope = Scope.open()) {
                TensorBatch batch = batches.next().to(engine.device());
                List<Double> sums =
                    Inference.map(
                        batch,
                        parts,
                        part ->
                            part.size()
                                * engine.withPrecision(() -> settings.objective.loss(part)).item());
                sum += sums.stream().mapToDouble(Double::doubleValue).sum();
                examples += batch.size();
              }
            }
          }
          return sum / examples;
        });
  }

  private void observe(Map<String, Double> metrics) throws IOException {
    Double value = metrics.get(settings.monitored);
    if (value == null) {
      throw new IllegalStateException(
          "the monitored metric '%s' is not among those computed: %s"
              .formatted(settings.monitored, metrics.keySet()));
    }
    if (plateau != null) {
      plateau.observe(value);
    }
    if (monitor.observe(value)) {
      if (settings.restoreBest) {
        bestWeights.values().forEach(Tensor::close);
        bestWeights = copyOfWeights();
      }
      if (settings.folder != null) {
        Weights.write(
            bestFile(state.epoch),
            settings.model.state(),
            Map.of("epoch", String.valueOf(state.epoch), settings.monitored, value.toString()));
        removeOldBest();
      }
    }
  }

  private Map<String, Tensor> copyOfWeights() {
    Map<String, Tensor> copies = new LinkedHashMap<>();
    settings
        .model
        .state()
        .forEach((name, tensor) -> copies.put(name, tensor.detach().copy().disown()));
    return copies;
  }

  // ---- checkpoints ----

  private Path bestFile(int epoch) {
    return settings.folder.resolve("best-%05d.safetensors".formatted(epoch));
  }

  /** An epoch is only written when it is better than all before, so the latest are the best. */
  private void removeOldBest() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(settings.folder)) {
      files =
          all.filter(file -> file.getFileName().toString().matches("best-\\d{5,}\\.safetensors"))
              .sorted(Comparator.comparing(Path::toString).reversed())
              .toList();
    }
    for (Path old : files.subList(Math.min(settings.keepBest, files.size()), files.size())) {
      Files.delete(old);
    }
  }

  private void save() throws IOException {
    boolean finite = Scope.run(() -> optimizer.values().isFinite().all().item() != 0);
    if (!finite) {
      throw notFinite("parameters became infinite or NaN", List.of());
    }
    Map<String, Map<String, Tensor>> groups = new LinkedHashMap<>();
    groups.put("model", settings.model.state());
    groups.put("optimizer", optimizer.state());
    if (ema != null) {
      groups.put("ema", ema.state());
    }
    groups.put("best", bestWeights);
    state.monitor = monitor == null ? null : monitor.state();
    state.plateau = plateau == null ? null : plateau.state();
    checkpoint.write(state, fingerprint, groups);
    goodCheckpoint = true;
    savedAt = System.nanoTime();
    settings.listener.checkpoint(checkpoint.path());
  }

  private void resume() throws IOException {
    try (Scope scope = Scope.open()) {
      CheckpointFile.Content content = checkpoint.read(fingerprint);
      settings.model.load(content.group("model"));
      optimizer.load(content.group("optimizer"));
      if (ema != null) {
        ema.load(content.group("ema"));
      }
      bestWeights = new LinkedHashMap<>(content.group("best"));
      bestWeights.values().forEach(Tensor::disown);
      state = content.state();
    }
    if (monitor != null && state.monitor != null) {
      monitor.load(state.monitor);
    }
    if (plateau != null && state.plateau != null) {
      plateau.load(state.plateau);
    }
    goodCheckpoint = true;
  }

  private void stopIfCancelled() throws IOException {
    if (settings.cancelled.getAsBoolean() && !isFinished()) {
      if (checkpoint != null) {
        save();
      }
      throw new TrainingStopped(state.step, checkpoint == null ? null : checkpoint.path());
    }
  }

  private TrainingResult result() {
    boolean monitored = monitor != null && monitor.state().bestEvaluation() > 0;
    List<EpochRecord> evaluated =
        state.history.stream().filter(record -> !record.metrics().isEmpty()).toList();
    return new TrainingResult(
        state.history,
        monitored
            ? evaluated.get(Math.toIntExact(monitor.state().bestEvaluation()) - 1).epoch()
            : state.epoch,
        monitored ? monitor.best() : Double.NaN,
        state.step,
        monitor != null && monitor.isStopped() && state.epoch < settings.epochs);
  }
}
