package dev.melange.papers.decoupledmixup;

import dev.melange.mix.MixContext;
import dev.melange.mix.MixPairs;
import dev.melange.mix.MixPolicy;
import dev.melange.mix.MixedBatch;
import dev.melange.papers.decoupledmixup.DMixMatch.PseudoLabels;
import dev.melange.papers.mixuppolicies.SmallImages;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import java.util.Arrays;

/**
 * The steps of DMixMatch, to be used with a {@link dev.melange.train.Trainer} over batches of the
 * labelled images:
 *
 * <pre>{@code
 * DMixMatchTraining steps = new DMixMatchTraining(model, unlabelled, settings, total);
 * Trainer.of(model, steps::loss).data(labelled).prepare(steps::prepare).steps(total).fit();
 * }</pre>
 *
 * <p>Each step joins n labelled images with {@code ratio * n} unlabelled ones, each of these once
 * changed weakly (flip, shift) and once strongly (contrast, brightness and a grey square besides).
 * The weight of labelled-unlabelled mixtures rises from 0 in half a cosine; while a weight is
 * nearly 0 the loss does not reach the network's body.
 */
public final class DMixMatchTraining {
  private static final double NEARLY_ZERO = 1e-3;

  /**
   * Settings.
   *
   * @param losses cutoffs and the weights of the losses; that of labelled-unlabelled mixtures is
   *     the last one of the training
   * @param policy mixes; its labelled image gets the larger share
   * @param ratio unlabelled images per labelled one
   * @param decay share of the old average in the first tenth of the training
   * @param shift largest random shift in pixels
   */
  public record Settings(
      DMixMatch.Config losses, MixPolicy policy, int ratio, double decay, int shift) {
    /** Checks the ratio. */
    public Settings {
      if (ratio < 1) {
        throw new IllegalArgumentException("ratio must be at least 1, got " + ratio);
      }
    }

    boolean mixes() {
      return losses.weight_mix_ll() > 0 || losses.weight_mix_lu() > 0;
    }
  }

  private final DMixMatchModel model;
  private final Tensor unlabelled;
  private final Settings settings;
  private final long total;

  /**
   * Steps of a training.
   *
   * @param unlabelled images [U, C, H, W], as normalised as the labelled ones
   * @param total steps of the whole training
   */
  public DMixMatchTraining(DMixMatchModel model, Tensor unlabelled, Settings settings, long total) {
    this.model = model;
    this.unlabelled = unlabelled;
    this.settings = settings;
    this.total = total;
  }

  /**
   * Adds unlabelled images and mixtures to a labelled batch.
   *
   * @param batch {@code image} [n, C, H, W] and {@code label} int64 [n]
   * @param rng the step's stream
   */
  public TensorBatch prepare(TensorBatch batch, Rng rng) {
    long step = model.advance(settings.decay(), total);
    int n = batch.size();
    int count = n * settings.ratio();
    if (unlabelled.size(0) < count) {
      throw new IllegalArgumentException(
          "a step needs %d unlabelled images (%d per labelled one), there are %d; lower the batch size or the ratio"
              .formatted(count, settings.ratio(), unlabelled.size(0)));
    }
    int[] drawn = Arrays.copyOf(rng.fork(0).permutation((int) unlabelled.size(0)), count);
    Tensor label = batch.get("label");
    Tensor images =
        unlabelled
            .indexSelect(0, Tensor.of(drawn, count).to(unlabelled.device()))
            .to(label.device());
    Tensor labelled = augment(batch.get("image"), rng.fork(1));
    Tensor weak = augment(images, rng.fork(2));
    Tensor strong = strong(augment(images, rng.fork(3)), rng.fork(4));
    TensorBatch result =
        batch
            .with("image", labelled)
            .with("weak", weak.unflatten(0, n, settings.ratio()))
            .with("strong", strong.unflatten(0, n, settings.ratio()))
            .with("rise", Tensor.scalar(rise(step, total), DType.F64));
    return settings.mixes() ? withMixtures(result, weak.narrow(0, 0, n), rng) : result;
  }

  private TensorBatch withMixtures(TensorBatch batch, Tensor weak, Rng rng) {
    Tensor image = batch.get("image");
    Tensor label = batch.get("label");
    Rng order = rng.fork(5);
    MixPairs within =
        MixPairs.within(image, label, settings.policy().partners(batch.size(), order));
    MixedBatch ll =
        settings.policy().mix(within.biased(MixPairs.Bias.IMAGE), MixContext.NONE, rng.fork(6));
    // the partners' pseudo labels are found in the step
    MixPairs across = new MixPairs(image, weak, label, label, null, MixPairs.Bias.IMAGE);
    MixedBatch lu = settings.policy().mix(across, MixContext.NONE, rng.fork(7));
    return batch
        .with("mix_ll", ll.image())
        .with("label_ll", ll.labelB())
        .with("lam_ll", ll.lam())
        .with("mix_lu", lu.image())
        .with("lam_lu", lu.lam());
  }

  /** The weight of labelled-unlabelled mixtures relative to its last value. */
  static double rise(long step, long total) {
    return (1 - Math.cos(Math.PI * step / total)) / 2;
  }

  /** The loss of a batch from {@link #prepare}. */
  public Tensor loss(TensorBatch batch) {
    Tensor labelled = batch.get("image");
    Tensor label = batch.get("label");
    long n = batch.size();
    PseudoLabels pseudo =
        Autograd.noGrad(
            () -> PseudoLabels.of(model.teacher().forward(batch.get("weak").flatten(0, 1))));
    Tensor strong = batch.get("strong").flatten(0, 1);
    Tensor logits = model.student().forward(Tensor.cat(0, labelled, strong));
    DMixMatch.Config weights = settings.losses();
    Tensor loss = Losses.crossEntropy(logits.narrow(0, 0, n), label);
    if (weights.weight_ul() > 0) {
      Tensor unlabeled = DMixMatch.unlabeled(weights, pseudo, logits.narrow(0, n, strong.size(0)));
      loss = loss.add(unlabeled.mul(weights.weight_ul()));
    }
    if (!settings.mixes()) {
      return loss;
    }
    double weightLl = weights.weight_mix_ll();
    double weightLu = weights.weight_mix_lu() * batch.get("rise").item();
    Tensor features =
        model.student().forwardFeatures(Tensor.cat(0, batch.get("mix_ll"), batch.get("mix_lu")));
    Tensor ll = mixedHead(features.narrow(0, 0, n), weightLl);
    Tensor lu = mixedHead(features.narrow(0, n, n), weightLu);
    Tensor mixLl =
        DMixMatch.mixedLabeled(
            weights, ll, label, batch.get("label_ll"), batch.get("lam_ll").item());
    Tensor mixLu = DMixMatch.mixedUnlabeled(weights, lu, label, pseudo, batch.get("lam_lu").item());
    return loss.add(mixLl.mul(weightLl)).add(mixLu.mul(weightLu));
  }

  private Tensor mixedHead(Tensor features, double weight) {
    return model.mixedHead(weight < NEARLY_ZERO ? features.detach() : features);
  }

  private Tensor augment(Tensor images, Rng rng) {
    return SmallImages.augment(images, settings.shift(), false, rng);
  }

  /** Contrast and brightness per image, and a square of half the side in the mean colour. */
  static Tensor strong(Tensor images, Rng rng) {
    long n = images.size(0);
    long side = images.size(2);
    Tensor contrast = rng.uniform(n, 1, 1, 1).add(0.5).to(images.device());
    Tensor brightness = rng.uniform(n, 1, 1, 1).sub(0.5).to(images.device());
    Tensor changed = images.mul(contrast).add(brightness);
    long square = Math.max(1, side / 2);
    Tensor rows = corner(rng, n, side, square).to(images.device());
    Tensor columns = corner(rng, n, images.size(3), square).to(images.device());
    Tensor inside = rows.unsqueeze(2).and(columns.unsqueeze(1)).unsqueeze(1);
    return changed.maskedFill(inside, 0);
  }

  /** For each image which positions along a side lie in the square, [N, length]. */
  private static Tensor corner(Rng rng, long n, long length, long square) {
    Tensor from = rng.uniform(n, 1).mul((double) (length - square + 1)).floor();
    Tensor at = Tensor.arange(length).to(DType.F32).unsqueeze(0);
    return at.ge(from).and(at.lt(from.add((double) square)));
  }
}
