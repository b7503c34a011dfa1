package dev.melange.papers.hardnegativemixing;

import dev.melange.component.OneOf;
import dev.melange.nn.Layer;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingProgress;
import java.util.Map;

/**
 * Training with MoCo or MoCHi: what happens to a batch before its loss, and the loss.
 *
 * <p>A batch holds two views of each image, {@code image} and {@code image_k}, and {@code label},
 * which only the oracle and the counts of false negatives read.
 *
 * @param <E> kind of encoder
 */
public final class ContrastiveTraining<E extends Layer & ContrastiveEncoder> {
  /** The name of the second views in a batch. */
  public static final String SECOND_VIEW = "image_k";

  private static final String KEY = "key";
  private static final String MIXES = "mixes";
  private static final long ENCODE = 1;
  private static final long POINTS = 2;
  private static final long FILL = 3;

  /**
   * How to train.
   *
   * @param method {@code moco}, or {@code mochi}: with mixed negatives
   * @param temperature what similarities are divided by
   * @param n_hard how many of the hardest negatives are mixed
   * @param s points between two negatives, per query
   * @param s_prime points between the query and a negative, per query
   * @param oracle whether negatives of the query's class are left out, which needs labels
   * @param momentum share of itself that the key encoder keeps in a step
   * @param warm_up share of the training that is plain MoCo, 0 to 1
   */
  public record Config(
      @OneOf({"moco", "mochi"}) String method,
      double temperature,
      int n_hard,
      int s,
      int s_prime,
      boolean oracle,
      double momentum,
      double warm_up) {
    /** Checks all values. */
    public Config {
      if (!method.equals("moco") && !method.equals("mochi")) {
        throw new IllegalArgumentException(
            "the method is 'moco' or 'mochi', got '%s'".formatted(method));
      }
      new Mochi.Config(temperature, n_hard, s, s_prime, true, oracle);
      new MocoUpdate.Config(momentum);
      if (!(warm_up >= 0 && warm_up <= 1)) {
        throw new IllegalArgumentException(
            "the warm-up is a share of the training, 0 to 1, got " + warm_up);
      }
    }

    /** Without mixing the negatives are ranked only to count the false ones among the hardest. */
    private Mochi.Config mixing(boolean mixes, boolean labelled) {
      return new Mochi.Config(
          temperature,
          mixes || labelled ? n_hard : 0,
          mixes ? s : 0,
          mixes ? s_prime : 0,
          true,
          oracle);
    }
  }

  private final Config config;
  private final MocoModel<E> model;
  private final boolean labelled;

  /**
   * A training.
   *
   * @param labelled whether the labels are the images' classes, so that false negatives can be told
   */
  public ContrastiveTraining(Config config, MocoModel<E> model, boolean labelled) {
    if (config.oracle() && !labelled) {
      throw new IllegalArgumentException(
          "the oracle leaves out negatives of the query's class, so it needs images with classes");
    }
    if (config.n_hard() > model.queue().size(1)) {
      throw new IllegalArgumentException(
          "n_hard is %d, but the queue holds %d keys only"
              .formatted(config.n_hard(), model.queue().size(1)));
    }
    this.config = config;
    this.model = model;
    this.labelled = labelled;
  }

  /** A trainer for it; data, optimiser and all else remain to be said. */
  public Trainer trainer() {
    return trainer((batch, rng) -> batch);
  }

  /**
   * As {@link #trainer()}, for batches whose views are still to be made.
   *
   * @param views makes them, on the whole batch
   */
  public Trainer trainer(Trainer.Preparation views) {
    return Trainer.of(model, this::loss)
        .prepare((batch, rng, progress) -> prepare(views.apply(batch, rng.fork(0)), rng, progress));
  }

  /**
   * Fills the queue with keys of the untrained encoder: with random vectors, small networks may
   * learn to give the same embedding to all images.
   *
   * @param images batches as for training
   * @param views as for {@link #trainer(Trainer.Preparation)}
   */
  public void fillQueue(Minibatches images, Trainer.Preparation views, long seed) {
    long missing = model.queue().size(1);
    model.train();
    for (int epoch = 0; missing > 0; epoch++) {
      try (Minibatches.Epoch batches = images.epoch(epoch, 0)) {
        for (int i = 0; batches.hasNext() && missing > 0; i++) {
          Rng rng = new Rng(seed).fork(FILL, epoch, i);
          try (Scope scope = Scope.open()) {
            TensorBatch batch = views.apply(batches.next().to(Engine.get().device()), rng.fork(0));
            model.enqueue(batch, SECOND_VIEW, batch.get(ImageBatches.LABEL), rng.fork(ENCODE));
            missing -= batch.size();
          }
        }
      }
    }
  }

  /** The key encoder follows, the keys are made and queued, and the points to mix are drawn. */
  TensorBatch prepare(TensorBatch batch, Rng rng, TrainingProgress progress) {
    model.follow(new MocoUpdate.Config(config.momentum()));
    Tensor labels = batch.get(ImageBatches.LABEL);
    Tensor keys = model.enqueue(batch, SECOND_VIEW, labels, rng.fork(ENCODE));
    boolean mixes = config.method().equals("mochi") && progress.share() >= config.warm_up();
    TensorBatch ready =
        TensorBatch.of(
            Map.of(ImageBatches.IMAGE, batch.get(ImageBatches.IMAGE), ImageBatches.LABEL, labels));
    ready = ready.with(KEY, keys).with(MIXES, Tensor.of(new long[] {mixes ? 1 : 0}).squeeze(0));
    MixingPoints points =
        MixingPoints.draw(config.mixing(mixes, labelled), batch.size(), rng.fork(POINTS));
    return points.into(ready, keys.device());
  }

  /** The loss of a batch that was prepared, or of a part of it. */
  Tensor loss(TensorBatch part) {
    Tensor q = model.query().project(model.query().features(part.get(ImageBatches.IMAGE)));
    Tensor labels = part.get(ImageBatches.LABEL);
    boolean mixes = part.get(MIXES).itemLong() == 1;
    Mochi.Config mixing = config.mixing(mixes, labelled);
    MixingPoints points = MixingPoints.of(part);
    Mochi.Result result =
        Mochi.of(mixing, q, part.get(KEY), model.seen(), points, labels, model.seenLabels());
    FalseNegatives wrong =
        labelled && mixing.n_hard() > 0
            ? FalseNegatives.of(result.hardIndex(), points, labels, model.seenLabels())
            : null;
    model.count(
        part.size(),
        result,
        wrong,
        (long) part.size() * mixing.n_hard(),
        (long) part.size() * (mixing.s() + mixing.s_prime()));
    return result.loss();
  }
}
