package dev.melange.mix;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How the images of a training batch are mixed: it draws partners, weights and places, and mixes.
 * Called once per step with the whole batch, before the batch is cut for the workers; all its
 * randomness comes from the given stream. The records of this package are the policies; their
 * static {@code apply} methods do the same for given draws.
 *
 * <p>On plain tensors, without a trainer:
 *
 * <pre>{@code
 * MixPolicy policy = MixPolicies.parse("mixup:0.8+cutmix:1");
 * MixedBatch mixed = policy.mix(images, labels, rng);   // [N, C, H, W] and int64 [N]
 * Tensor loss = MixLosses.CROSS_ENTROPY.loss(model.forward(mixed.image()), mixed);
 * }</pre>
 */
public interface MixPolicy {
  /** The policy in the notation of {@link MixNotation}, such as {@code cutmix:0.2}. */
  String name();

  /**
   * Draws and mixes given pairs.
   *
   * @param context what the policy may need besides the images
   */
  MixedBatch mix(MixPairs pairs, MixContext context, Rng rng);

  /**
   * Mixes a batch with itself, by a policy that needs the images only.
   *
   * @param image [N, C, H, W]
   * @param label int64 [N]
   * @return mixed images, both labels and their weights; {@link MixedBatch#target} makes soft
   *     labels of them
   * @throws IllegalArgumentException if the policy needs more; says what
   */
  default MixedBatch mix(Tensor image, Tensor label, Rng rng) {
    return MixedBatch.of(
        apply(TensorBatch.of(Map.of("image", image, "label", label)), MixContext.NONE, rng));
  }

  /**
   * Whether the policy runs a network of the context, which is much more work than the mixing; it
   * cuts that work for the workers itself.
   */
  default boolean usesNetwork() {
    return false;
  }

  /** Whether its batches must not be cut into parts for the workers. */
  default boolean needsWholeBatch() {
    return false;
  }

  /**
   * The policy as it trains beside a classifier: a learned one with its networks, which it hands to
   * the setup. Default: itself.
   */
  default MixPolicy bind(MixSetup setup) {
    return this;
  }

  /**
   * Mixed images with their targets, to look at.
   *
   * @param batch {@code image} [N, C, H, W] and {@code label} int64 [N]
   * @param classes number of classes
   */
  default MixPreview preview(TensorBatch batch, MixContext context, int classes, Rng rng) {
    MixedBatch mixed = MixedBatch.of(apply(batch, context, rng));
    return new MixPreview(mixed.image(), mixed.target(classes));
  }

  /**
   * Draws the partner of each of n images of a batch: any permutation unless the policy differs.
   */
  default int[] partners(int n, Rng rng) {
    return rng.permutation(n);
  }

  /**
   * Mixes a batch with itself, or pairs that are given.
   *
   * @param batch {@code image} [N, C, H, W] and {@code label} int64 [N]; or pairs: {@code image}
   *     [N, 2, C, H, W], {@code label} and {@code label_b}
   * @return the batch with {@code image} [N, C, H, W], {@code label}, {@code label_b}, {@code lam}
   *     (no dimension, or [N]); see {@link MixedBatch#of}
   */
  default TensorBatch apply(TensorBatch batch, MixContext context, Rng rng) {
    Tensor image = batch.get("image");
    Tensor label = batch.get("label");
    Supplier<MixedBatch> work =
        () -> {
          MixPairs pairs =
              image.dim() == 5
                  ? MixPairs.given(image, label, batch.get("label_b"))
                  : MixPairs.within(image, label, partners(batch.size(), rng));
          return mix(pairs, context, rng);
        };
    MixedBatch mixed = Autograd.noGrad(usesNetwork() ? work : () -> MixPolicies.onWorker(work));
    return mixed.into(batch);
  }
}
