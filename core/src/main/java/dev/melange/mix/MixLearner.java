package dev.melange.mix;

import dev.melange.nn.Layer;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import dev.melange.train.TrainingProgress;

/**
 * A policy with networks of its own (a generator, a teacher that follows the classifier, further
 * heads), which learn in the same step as the classifier. Its batches are not mixed beforehand:
 * {@link #apply} only notes the seed of the step's draws, and {@link #loss} mixes and computes the
 * objective of classifier and generator together. {@link MixTraining} brings both to a {@link
 * dev.melange.train.Trainer}.
 */
public abstract class MixLearner extends Layer implements MixPolicy {
  private static final String LEARNER = "mix_learner";
  private static final String SEED = "mix_seed";
  private static final String STEP = "mix_step";
  private static final String STEPS = "mix_steps";

  private final int number;

  /** Takes its place among the learners of a training. */
  protected MixLearner(MixSetup setup) {
    number = setup.register(this);
  }

  /** The number of the learner that a batch is for; -1 for none. */
  static int of(TensorBatch batch) {
    return batch.has(LEARNER) ? (int) batch.get(LEARNER).item() : -1;
  }

  @Override
  public final boolean usesNetwork() {
    return true;
  }

  @Override
  public final boolean needsWholeBatch() {
    return true;
  }

  /** The batch with a note of whose it is, of the seed of its draws, and of the progress. */
  @Override
  public final TensorBatch apply(TensorBatch batch, MixContext context, Rng rng) {
    TrainingProgress progress = context.progress();
    return batch
        .with(LEARNER, Tensor.scalar(number, DType.I64))
        .with(SEED, Tensor.scalar(rng.nextInt(), DType.I64))
        .with(STEP, Tensor.scalar((double) progress.step(), DType.I64))
        .with(STEPS, Tensor.scalar((double) progress.steps(), DType.I64));
  }

  /** The loss of a whole batch that {@link #apply} has prepared, of classifier and generator. */
  final Tensor loss(TensorBatch batch) {
    return loss(
        batch.get("image"),
        batch.get("label"),
        new TrainingProgress((long) batch.get(STEP).item(), (long) batch.get(STEPS).item()),
        new Rng((long) batch.get(SEED).item()));
  }

  /**
   * The objective of classifier and generator together.
   *
   * @param image [N, C, H, W], not mixed
   * @param label int64 [N]
   * @param progress of the training before this step
   * @param rng all randomness of the step
   * @return a scalar
   */
  protected abstract Tensor loss(Tensor image, Tensor label, TrainingProgress progress, Rng rng);

  /** What happens after an optimiser step, to a teacher for instance. Default: nothing. */
  protected void afterStep(TrainingProgress progress) {}

  /** Mixed images and their targets by the generator as it is now. */
  @Override
  public abstract MixPreview preview(TensorBatch batch, MixContext context, int classes, Rng rng);

  @Override
  public MixedBatch mix(MixPairs pairs, MixContext context, Rng rng) {
    throw new UnsupportedOperationException(
        name()
            + " learns while it mixes: train with MixTraining, or look at its mixtures with preview(...)");
  }
}
