package dev.melange.papers.maxim;

import dev.melange.data.Batch;
import dev.melange.data.Dataset;
import dev.melange.data.Loader;
import dev.melange.data.image.Image;
import dev.melange.optim.Adam;
import dev.melange.optim.Mode;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import dev.melange.train.TrainerRun;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Trains a network on patches of photographs: the objective of the paper, Adam, a cosine schedule,
 * patches turned and mirrored at random, and MixUp where asked for.
 */
public final class RestorationTraining {
  /** Names in a batch: [B, 3, H, W] in [0, 1]. */
  static final String DEGRADED = "degraded";

  static final String TARGET = "target";

  // MixUp's Beta distribution as this line of work uses it
  private static final double MIXUP_ALPHA = 1.2;

  /**
   * Settings.
   *
   * @param patch side of the patches in pixels, a multiple of what the network needs
   * @param batch patches per step
   * @param steps optimiser steps
   * @param evaluations evenly spread over the training
   * @param learning_rate of Adam at the start
   * @param final_rate at the end of the cosine
   * @param clip_norm longest gradient; 0 for any
   * @param mixup probability that the patches of a step are mixed with each other; the paper's 0.5
   */
  public record Settings(
      int patch,
      int batch,
      int steps,
      int evaluations,
      double learning_rate,
      double final_rate,
      double clip_norm,
      double mixup) {
    /** Checks the numbers. */
    public Settings {
      if (patch < 1 || batch < 1 || steps < 1 || evaluations < 1 || evaluations > steps) {
        throw new IllegalArgumentException(
            "patch, batch and steps must be at least 1 and evaluations lie between 1 and steps, got %d, %d, %d and %d"
                .formatted(patch, batch, steps, evaluations));
      }
      if (!(learning_rate > 0)
          || !(final_rate >= 0)
          || !(clip_norm >= 0)
          || !(mixup >= 0 && mixup <= 1)) {
        throw new IllegalArgumentException(
            "learning_rate must be positive, final_rate and clip_norm not negative and mixup in [0, 1], got %s, %s, %s and %s"
                .formatted(learning_rate, final_rate, clip_norm, mixup));
      }
    }
  }

  private final Settings settings;
  private final Degradation degradation; // null for pairs
  private final long seed;

  /**
   * A training.
   *
   * @param settings how
   * @param degradation makes the bad photographs; null if the data have them
   * @param seed of order, patches and degradation
   */
  public RestorationTraining(Settings settings, Degradation degradation, long seed) {
    this.settings = settings;
    this.degradation = degradation;
    this.seed = seed;
  }

  /**
   * Trains a network in place; the weights of the best evaluation are kept.
   *
   * @param network on the engine's device
   * @param photos to take patches from
   * @param evaluation gives the metrics, {@code psnr} among them
   * @param run runs the trainer
   */
  public TrainingResult fit(
      Maxim network,
      Dataset<PhotoPair> photos,
      java.util.function.Supplier<Map<String, Double>> evaluation,
      TrainerRun run)
      throws IOException {
    try (Optimizer adam = Adam.of(ParameterGroup.all(network, 0), Adam.Config.ADAM)) {
      Trainer trainer = trainer(network, photos, adam).metrics(evaluation);
      return run.fit(trainer.monitor("psnr", Mode.MAX).restoreBest());
    }
  }

  /** A trainer without metrics, checkpoints and listener. */
  Trainer trainer(Maxim network, Dataset<PhotoPair> photos, Optimizer adam) {
    int high = network.config().heightFactor();
    int wide = network.config().widthFactor();
    if (settings.patch % high != 0 || settings.patch % wide != 0) {
      throw new IllegalArgumentException(
          "patches must be a multiple of %d pixels high and of %d wide for this network, got %d"
              .formatted(high, wide, settings.patch));
    }
    network
        .madeFor()
        .filter(only -> only.height() != settings.patch || only.width() != settings.patch)
        .ifPresent(
            only -> {
              throw new IllegalArgumentException(
                  "the network has token mixers for images of %d x %d pixels, got patches of %d; make both of one size"
                      .formatted(only.height(), only.width(), settings.patch));
            });
    RestorationLoss loss = new RestorationLoss(RestorationLoss.Config.of(network.config()));
    int stepsPerEpoch = (settings.steps + settings.evaluations - 1) / settings.evaluations;
    Trainer trainer =
        Trainer.of(
                network,
                batch ->
                    loss.of(network.forwardStages(batch.get(DEGRADED)), batch.get(TARGET)).loss())
            .data(batches(photos, stepsPerEpoch))
            .prepare(this::prepare)
            .optimizer(adam)
            .schedule(
                Schedule.cosine(
                    settings.learning_rate,
                    0,
                    settings.learning_rate,
                    settings.steps,
                    settings.final_rate))
            .steps(settings.steps)
            .seed(seed);
    return settings.clip_norm > 0 ? trainer.clipNorm(settings.clip_norm) : trainer;
  }

  private Minibatches batches(Dataset<PhotoPair> photos, int stepsPerEpoch) {
    PatchPairs patches = new PatchPairs(photos, settings.patch, stepsPerEpoch * settings.batch);
    return Minibatches.of(
        new Loader<>(patches, Loader.Config.training(settings.batch, seed)),
        RestorationTraining::collate);
  }

  private static Map<String, Tensor> collate(Batch<PhotoPair> batch) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put(TARGET, stack(batch.items().stream().map(PhotoPair::target).toList()));
    if (batch.items().get(0).degraded() != null) {
      tensors.put(DEGRADED, stack(batch.items().stream().map(PhotoPair::degraded).toList()));
    }
    return tensors;
  }

  private static Tensor stack(List<Image> images) {
    return Tensor.cat(0, images.stream().map(Restorer::tensor).toArray(Tensor[]::new));
  }

  /** Degrades the patches if the data have only good ones, then mixes. */
  private TensorBatch prepare(TensorBatch batch, Rng rng) {
    Tensor target = batch.get(TARGET);
    Tensor degraded = batch.has(DEGRADED) ? batch.get(DEGRADED) : degradation.apply(target, rng);
    if (settings.mixup > 0 && rng.nextDouble() < settings.mixup) {
      double share = rng.beta(MIXUP_ALPHA, MIXUP_ALPHA);
      int[] order = rng.permutation(batch.size());
      Tensor partner = Tensor.of(order, order.length).to(target.device());
      target = target.lerp(target.indexSelect(0, partner), 1 - share);
      degraded = degraded.lerp(degraded.indexSelect(0, partner), 1 - share);
    }
    return batch.with(TARGET, target).with(DEGRADED, degraded);
  }
}
