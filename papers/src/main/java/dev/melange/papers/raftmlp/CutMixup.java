package dev.melange.papers.raftmlp;

import dev.melange.mix.Box;
import dev.melange.mix.MixLabels;
import dev.melange.mix.Mixup;
import dev.melange.nn.ImageModel;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Objective;
import dev.melange.train.TensorBatch;
import java.util.Arrays;

/**
 * Mixup and CutMix, one after the other: every image is mixed with a partner, then a box of another
 * mixed image is pasted into it. A target has up to four classes.
 *
 * <pre>{@code
 * CutMixup mixing = new CutMixup(1, 1, 0.8);
 * Trainer.of(model, CutMixup.loss(model, 0.1))
 *     .prepare((batch, rng) -> mixing.apply(batch, model.classes(), rng))
 * }</pre>
 *
 * @param mixup probability that the images of a batch are mixed, 0..1
 * @param cutmix probability that boxes are pasted, 0..1
 * @param alpha both weights are drawn from Beta(alpha, alpha); above 0. (The official configuration
 *     has one for each, but its training passes the same one to both.)
 */
public record CutMixup(double mixup, double cutmix, double alpha) {
  /**
   * What a mixed batch holds besides its images: the distribution over the classes, [B, classes].
   */
  static final String TARGET = "target";

  /**
   * The draws of a batch. What a disabled part would need may be null.
   *
   * @param mixup whether the images are mixed
   * @param cutmix whether boxes are pasted
   * @param mixupIndex the partner of each image, int64 [B]
   * @param cutmixIndex whose box each image gets, int64 [B]
   * @param mixupLambda weight of an image against its partner, one number
   * @param cutmixLambda weight of an image's target against that of the box, one number
   * @param box the rectangle that is pasted
   */
  record Draws(
      boolean mixup,
      boolean cutmix,
      Tensor mixupIndex,
      Tensor cutmixIndex,
      Tensor mixupLambda,
      Tensor cutmixLambda,
      Box box) {}

  /** Checks the ranges. */
  public CutMixup {
    if (!(mixup >= 0 && mixup <= 1 && cutmix >= 0 && cutmix <= 1)) {
      throw new IllegalArgumentException(
          "the probabilities of mixup and cutmix lie in 0..1, got %s and %s"
              .formatted(mixup, cutmix));
    }
    if (!(alpha > 0 && alpha < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("cut-mixup expects an alpha above 0, got " + alpha);
    }
  }

  /**
   * Mixes a batch.
   *
   * @param batch {@code image} [B, C, H, W] and {@code label} int64 [B]
   * @param classes number of classes
   * @return the batch with mixed images and {@code target} [B, classes], float32
   */
  public TensorBatch apply(TensorBatch batch, int classes, Rng rng) {
    Tensor image = batch.get(ImageBatches.IMAGE);
    Draws draws = draw(batch.size(), (int) image.size(2), (int) image.size(3), rng);
    try (var guard = Autograd.noGrad()) {
      return batch
          .with(ImageBatches.IMAGE, images(image, draws))
          .with(TARGET, targets(batch.get(ImageBatches.LABEL), draws, classes, DType.F32));
    }
  }

  /**
   * The objective of batches that {@link #apply} mixed: cross entropy with smoothed targets. A part
   * {@code smoothing} of each target is spread over all classes.
   *
   * @param model the classifier
   * @param smoothing 0..1
   */
  public static Objective loss(ImageModel model, double smoothing) {
    return batch ->
        loss(model.forward(batch.get(ImageBatches.IMAGE)), batch.get(TARGET), smoothing);
  }

  /** Mean cross entropy of logits and targets, both [B, classes], the targets smoothed. */
  static Tensor loss(Tensor logits, Tensor targets, double smoothing) {
    return Losses.softCrossEntropy(logits, MixLabels.smooth(targets, smoothing));
  }

  Draws draw(int size, int height, int width, Rng rng) {
    boolean mixes = rng.nextDouble() < mixup;
    boolean cuts = rng.nextDouble() < cutmix;
    double cutLambda = cuts ? rng.beta(alpha, alpha) : 1;
    return new Draws(
        mixes,
        cuts,
        mixes ? permutation(size, rng) : null,
        cuts ? permutation(size, rng) : null,
        mixes ? Tensor.scalar(rng.beta(alpha, alpha), DType.F64) : null,
        cuts ? Tensor.scalar(cutLambda, DType.F64) : null,
        cuts ? box(height, width, cutLambda, rng) : null);
  }

  private static Tensor permutation(int size, Rng rng) {
    long[] order = Arrays.stream(rng.permutation(size)).asLongStream().toArray();
    return Tensor.of(order, size);
  }

  /** A box of about {@code 1 - lambda} of the area, entirely inside. */
  static Box box(int height, int width, double lambda, Rng rng) {
    double cut = Math.sqrt(1 - lambda);
    int rows = (int) (height * cut);
    int columns = (int) (width * cut);
    // a box as large as the image has one place only
    int top = rows == height ? 0 : rng.nextInt(height - rows);
    int left = columns == width ? 0 : rng.nextInt(width - columns);
    return new Box(top, top + rows, left, left + columns);
  }

  static Tensor images(Tensor x, Draws draws) {
    Tensor mixed =
        draws.mixup
            ? Mixup.apply(x, partner(x, draws.mixupIndex), draws.mixupLambda.to(x.device()))
            : x;
    return draws.cutmix
        ? Tensor.where(draws.box.mask(x).gt(0), partner(mixed, draws.cutmixIndex), mixed)
        : mixed;
  }

  /** The weight of the box's target is not corrected to the area that the box really has. */
  static Tensor targets(Tensor y, Draws draws, int classes, DType type) {
    Tensor own = y.oneHot(classes).to(type);
    Tensor mixed =
        draws.mixup
            ? Mixup.apply(own, partner(own, draws.mixupIndex), draws.mixupLambda.to(y.device()))
            : own;
    return draws.cutmix
        ? Mixup.apply(mixed, partner(mixed, draws.cutmixIndex), draws.cutmixLambda.to(y.device()))
        : mixed;
  }

  private static Tensor partner(Tensor x, Tensor index) {
    return Mixup.partner(x, index.to(x.device()));
  }
}
