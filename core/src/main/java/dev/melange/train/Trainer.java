package dev.melange.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.nn.Layer;
import dev.melange.optim.Adam;
import dev.melange.optim.EarlyStopping;
import dev.melange.optim.Mode;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.ReduceOnPlateau;
import dev.melange.optim.Schedule;
import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Trains a model.
 *
 * <pre>{@code
 * TrainingResult result =
 *     Trainer.of(model, batch -> Losses.crossEntropy(model.forward(batch.get("image")), batch.get("label")))
 *         .data(train, valid)
 *         .epochs(20)
 *         .fit();
 * }</pre>
 *
 * <p>Each batch is cut into one part per worker thread of the {@link dev.melange.tensor.Engine};
 * models with batch statistics, and objectives that say so ({@link #wholeBatch}), run in one part.
 * With the same seed, data, settings and number of workers the result is the same to the last bit,
 * also when the training was interrupted, even by a power cut, and went on from its {@link
 * #checkpoints}.
 */
public final class Trainer {
  /** Changes a whole batch before it is cut into parts, for instance mixes its images. */
  @FunctionalInterface
  public interface Preparation {
    /**
     * The batch to train on.
     *
     * @param batch what the data gave
     * @param rng the stream of this step: all randomness comes from it
     */
    TensorBatch apply(TensorBatch batch, Rng rng);
  }

  /** As {@link Preparation}, for changes that depend on how far the training is. */
  @FunctionalInterface
  public interface StagedPreparation {
    /**
     * The batch to train on.
     *
     * @param batch what the data gave
     * @param rng the stream of this step: all randomness comes from it
     * @param progress how far the training is
     */
    TensorBatch apply(TensorBatch batch, Rng rng, TrainingProgress progress);
  }

  final Layer model;
  final Objective objective;
  Minibatches data;
  Minibatches validation;
  StagedPreparation preparation = (batch, rng, progress) -> batch;
  Consumer<TrainingProgress> afterStep = progress -> {};
  Optimizer optimizer;
  Schedule schedule;
  ReduceOnPlateau.Config plateau;
  int epochs = 10;
  long steps = Long.MAX_VALUE;
  double clipNorm = Double.POSITIVE_INFINITY;
  int accumulate = 1;
  double emaDecay;
  boolean emaWarmUp;
  boolean wholeBatch;
  Supplier<Map<String, Double>> metrics = Map::of;
  int evaluateEvery = 1;
  String monitored;
  EarlyStopping.Config monitoring;
  boolean restoreBest;
  int keepBest = 1;
  long seed;
  Path folder;
  Duration checkpointEvery = Duration.ofSeconds(60);
  TrainingListener listener = new TrainingListener() {};
  BooleanSupplier cancelled = () -> false;

  private Trainer(Layer model, Objective objective) {
    this.model = Objects.requireNonNull(model, "model");
    this.objective = Objects.requireNonNull(objective, "objective");
  }

  /**
   * A trainer of a model.
   *
   * @param model whose state is saved; its trainable parameters are trained unless an {@link
   *     #optimizer} says otherwise
   * @param objective what to minimise
   */
  public static Trainer of(Layer model, Objective objective) {
    return new Trainer(model, objective);
  }

  /** The training data. */
  public Trainer data(Minibatches train) {
    data = train;
    return this;
  }

  /**
   * The training data, and validation data on which the objective is computed as {@code valid_loss}
   * after each epoch, in inference mode.
   */
  public Trainer data(Minibatches train, Minibatches valid) {
    data = train;
    validation = valid;
    return this;
  }

  /** What happens to each whole batch before the objective sees parts of it. */
  public Trainer prepare(Preparation change) {
    return prepare((batch, rng, progress) -> change.apply(batch, rng));
  }

  /** As {@link #prepare(Preparation)}, for changes that depend on how far the training is. */
  public Trainer prepare(StagedPreparation change) {
    preparation = change;
    return this;
  }

  /**
   * What happens after each optimiser step, before anything is saved: the update of a network that
   * follows the trained one, for instance. It changes only what is saved with the model, so that a
   * training that goes on from a checkpoint does the same.
   */
  public Trainer afterStep(Consumer<TrainingProgress> update) {
    afterStep = update;
    return this;
  }

  /**
   * The optimiser; the caller closes it. Build it after the model is on the engine's device.
   * Default: AdamW with weight decay 0.05 on all parameters of more than one dimension.
   */
  public Trainer optimizer(Optimizer chosen) {
    optimizer = chosen;
    return this;
  }

  /**
   * The learning rate by optimiser step. Default: up to 1e-3 in the first twentieth of the steps,
   * then down to 1e-5 in half a cosine.
   */
  public Trainer schedule(Schedule chosen) {
    schedule = chosen;
    return this;
  }

  /** A constant learning rate. */
  public Trainer learningRate(double rate) {
    return schedule(Schedule.constant(rate));
  }

  /** Lowers the learning rate when the {@link #monitor monitored} metric stops improving. */
  public Trainer reduceOnPlateau(ReduceOnPlateau.Config rule) {
    plateau = rule;
    return this;
  }

  /** Number of epochs. Default: 10. */
  public Trainer epochs(int count) {
    epochs = atLeastOne("epochs", count);
    return this;
  }

  /**
   * Number of optimiser steps, in as many epochs as that takes; the last one may be cut short.
   * Evaluations come at the ends of epochs.
   */
  public Trainer steps(long count) {
    steps = atLeastOne("steps", Math.toIntExact(count));
    epochs = Integer.MAX_VALUE;
    return this;
  }

  /** Scales gradients down to a largest norm. */
  public Trainer clipNorm(double max) {
    clipNorm = max;
    return this;
  }

  /** Joins so many batches into one optimiser step. Default: 1. */
  public Trainer accumulate(int batches) {
    accumulate = atLeastOne("batches to accumulate", batches);
    return this;
  }

  /**
   * Evaluates and ends with an exponential moving average of the weights.
   *
   * @param decay share of the old average, in (0, 1)
   * @param warmUp whether the first averages forget sooner; see {@link dev.melange.optim.Ema}
   */
  public Trainer ema(double decay, boolean warmUp) {
    if (!(decay > 0 && decay < 1)) {
      throw new IllegalArgumentException("the decay of an average is in (0, 1), got " + decay);
    }
    emaDecay = decay;
    emaWarmUp = warmUp;
    return this;
  }

  /**
   * Does not cut batches into parts, for objectives that relate the examples of a batch. Models
   * with batch statistics are never cut.
   */
  public Trainer wholeBatch() {
    wholeBatch = true;
    return this;
  }

  /** What to compute after an epoch, in inference mode and without recording gradients. */
  public Trainer metrics(Supplier<Map<String, Double>> evaluation) {
    metrics = evaluation;
    return this;
  }

  /** Evaluates every so many epochs, and after the last. Default: 1. */
  public Trainer evaluateEvery(int count) {
    evaluateEvery = atLeastOne("epochs between evaluations", count);
    return this;
  }

  /** The metric that tells the best epoch, such as {@code valid_loss}. */
  public Trainer monitor(String metric, Mode mode) {
    return monitor(metric, new EarlyStopping.Config(Integer.MAX_VALUE, 0, mode));
  }

  /** The metric that tells the best epoch and ends the training when it stops improving. */
  public Trainer monitor(String metric, EarlyStopping.Config rule) {
    monitored = metric;
    monitoring = rule;
    return this;
  }

  /** Ends with the weights of the best epoch of the {@link #monitor monitored} metric. */
  public Trainer restoreBest() {
    restoreBest = true;
    return this;
  }

  /** Seed of all randomness of the steps. Default: 0. */
  public Trainer seed(long value) {
    seed = value;
    return this;
  }

  /**
   * Saves the whole state as {@code last.safetensors} in a folder, atomically, after each epoch,
   * every minute and when cancelled, and goes on from it if it is there. With a {@link #monitor
   * monitored} metric the weights of the best epochs are kept as {@code best-EPOCH.safetensors}.
   */
  public Trainer checkpoints(Path where) {
    folder = where;
    return this;
  }

  /** How many {@code best-EPOCH.safetensors} are kept. Default: 1. */
  public Trainer keepBest(int count) {
    keepBest = atLeastOne("best checkpoints", count);
    return this;
  }

  /** Time between checkpoints within an epoch; zero for after every step. Default: a minute. */
  public Trainer checkpointEvery(Duration interval) {
    checkpointEvery = interval;
    return this;
  }

  /** Who is told what happens. */
  public Trainer listener(TrainingListener told) {
    listener = told;
    return this;
  }

  /** Asked after each step whether to save and stop. */
  public Trainer cancellation(BooleanSupplier asked) {
    cancelled = asked;
    return this;
  }

  /**
   * Trains, or goes on with what the checkpoint holds, on the device of the {@link Engine}. The
   * model is left there, in inference mode.
   *
   * @throws IllegalStateException if a setting is missing, or if the model of an {@link #optimizer}
   *     is on another device: move it before the optimiser is built
   * @throws NonFiniteLossException if the loss becomes infinite or NaN
   * @throws TrainingStopped if it was cancelled, after a checkpoint
   * @throws IOException if a checkpoint cannot be read or written
   */
  public TrainingResult fit() throws IOException {
    if (data == null) {
      throw new IllegalStateException("a training needs data: call data(...)");
    }
    if (monitored == null && (restoreBest || plateau != null)) {
      throw new IllegalStateException(
          "restoreBest and reduceOnPlateau need a monitored metric: call monitor(...)");
    }
    Device device = Engine.get().device();
    if (optimizer != null) {
      if (!optimizer.values().device().equals(device)) {
        throw new IllegalStateException(
            "the model is on %s, but training runs on %s; call model.to(Engine.get().device()) before building the optimiser"
                .formatted(optimizer.values().device(), device));
      }
      return new Training(this, optimizer).run();
    }
    model.to(device);
    try (Optimizer own = Adam.adamW(ParameterGroup.noDecayOnVectors(model, 0.05, name -> false))) {
      return new Training(this, own).run();
    }
  }

  /** Optimiser steps per epoch. */
  long stepsPerEpoch() {
    return (data.batches() + accumulate - 1) / accumulate;
  }

  /** Optimiser steps of the whole training. */
  long totalSteps() {
    return epochs == Integer.MAX_VALUE ? steps : epochs * stepsPerEpoch();
  }

  Schedule scheduleOrDefault() {
    if (schedule != null) {
      return schedule;
    }
    long total = Math.max(2, totalSteps());
    return Schedule.cosine(1e-3, Math.max(1, total / 20), 0, total, 1e-5);
  }

  /** What a resumed run must share. */
  ObjectNode settings(Optimizer used, int parts) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("data", data.describe());
    json.put("seed", seed);
    json.put("optimizer", used.toString());
    json.put(
        "learning_rate", plateau == null ? scheduleOrDefault().toString() : plateau.toString());
    json.put("clip_norm", clipNorm);
    json.put("accumulate", accumulate);
    json.put("ema", emaDecay);
    json.put("parts", parts);
    json.put("monitor", monitored + " " + monitoring);
    return json;
  }

  private static int atLeastOne(String what, int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "the number of " + what + " must be at least 1, got " + count);
    }
    return count;
  }
}
