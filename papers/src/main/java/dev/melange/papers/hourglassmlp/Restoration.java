package dev.melange.papers.hourglassmlp;

import dev.melange.optim.Adam;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.tensor.DType;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import dev.melange.train.TrainerRun;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A network that undoes a degradation of small images: what enters it, what comes out, and how it
 * is trained. Pixels in [0, 1] enter as {@code 2v - 1} and come back cut to [0, 1]; the loss is the
 * mean squared error in the wider scale.
 *
 * @param degradation what is undone
 * @param enlargeFirst whether shrunken images are enlarged again (each pixel repeated) before they
 *     enter, so that input and output are of one size
 */
public record Restoration(Degradation degradation, boolean enlargeFirst) {
  private static final String INPUT = "input";
  private static final String TARGET = "target";
  private static final int BATCH = 500;

  /**
   * A training.
   *
   * @param epochs passes over the images
   * @param learningRate the peak: a twentieth of the steps warms up, then a cosine leads to 0
   * @param seed of the order and of the noise
   */
  public record Course(int epochs, double learningRate, long seed) {}

  /** Numbers of an input of the network for images of so many. */
  public int inputs(int channels, int height, int width) {
    int all = channels * height * width;
    return degradation.isNoise() || enlargeFirst
        ? all
        : all / degradation.factor() / degradation.factor();
  }

  /**
   * What the network sees of degraded images.
   *
   * @param degraded [B, C, h, w] in [0, 1]
   * @return [B, inputs]
   */
  public Tensor input(Tensor degraded) {
    return enlarged(degraded).flatten(1, -1).mul(2).sub(1);
  }

  /** Degraded images in the size of the output, each pixel repeated. */
  Tensor shown(Tensor degraded) {
    return degradation.isNoise()
        ? degraded.clamp(0, 1)
        : Nn.resizeNearest(
            degraded,
            degraded.size(2) * degradation.factor(),
            degraded.size(3) * degradation.factor());
  }

  private Tensor enlarged(Tensor degraded) {
    return enlargeFirst && !degradation.isNoise() ? shown(degraded) : degraded;
  }

  /** Degrades with noise from a stream. */
  Tensor degrade(Tensor images, Rng rng) {
    Tensor noise = degradation.isNoise() ? rng.normal_(images.zerosLike(), 0, 1) : null;
    return degradation.apply(images, noise);
  }

  /**
   * Restores images.
   *
   * @param degraded [B, C, h, w] in [0, 1] (noisy ones may leave the range)
   * @param channels of the images
   * @param height of the restored images
   * @param width of the restored images
   * @return [B, C, height, width] in [0, 1], on the CPU, owned by the current scope
   */
  public Tensor restore(HourglassMlp model, Tensor degraded, int channels, int height, int width) {
    Tensor y =
        Inference.run(
            Minibatches.inOrder(Map.of(INPUT, input(degraded)), BATCH),
            batch -> model.forward(batch.get(INPUT)));
    return pixels(y).unflatten(1, channels, height, width);
  }

  /** Outputs in [-1, 1] as pixels, cut to [0, 1]. */
  static Tensor pixels(Tensor y) {
    return y.add(1).div(2).clamp(0, 1);
  }

  /** The mean PSNR of images in dB. */
  static double psnr(Tensor images, Tensor truth) {
    return new Psnr(1).apply(images.to(DType.F64), truth.to(DType.F64)).mean().item();
  }

  /**
   * Trains a network; it ends in inference mode.
   *
   * @param train batches with {@code image} [B, C, H, W]
   * @param view changes a batch's images to [0, 1] of the size to be restored; may be the identity
   * @param metrics figures after each epoch
   * @param run runs the trainer
   */
  public TrainingResult fit(
      HourglassMlp model,
      Minibatches train,
      Function<Tensor, Tensor> view,
      Course course,
      Supplier<Map<String, Double>> metrics,
      TrainerRun run)
      throws IOException {
    return fit(
        model,
        train,
        (batch, rng) -> {
          Tensor images = view.apply(batch.get(ImageBatches.IMAGE));
          return TensorBatch.of(
              Map.of(
                  INPUT, input(degrade(images, rng)), TARGET, images.flatten(1, -1).mul(2).sub(1)));
        },
        course,
        metrics,
        run);
  }

  /** Trains on pairs that a preparation makes: {@code input} [B, d_in], {@code target}. */
  static TrainingResult fit(
      HourglassMlp model,
      Minibatches train,
      Trainer.Preparation pairs,
      Course course,
      Supplier<Map<String, Double>> metrics,
      TrainerRun run)
      throws IOException {
    model.to(Engine.get().device());
    long steps = (long) course.epochs() * train.batches();
    long warmup = steps / 20;
    try (Optimizer adamW = Adam.adamW(ParameterGroup.all(model, 0))) {
      return run.fit(
          Trainer.of(model, batch -> Losses.mse(model.forward(batch.get(INPUT)), batch.get(TARGET)))
              .data(train)
              .prepare(pairs)
              .optimizer(adamW)
              .schedule(
                  Schedule.cosine(
                      course.learningRate(),
                      warmup,
                      course.learningRate() / (warmup + 1),
                      steps,
                      0))
              .clipNorm(1)
              .epochs(course.epochs())
              .metrics(metrics)
              .seed(course.seed()));
    }
  }
}
