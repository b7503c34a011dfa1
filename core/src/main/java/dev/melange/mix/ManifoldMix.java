package dev.melange.mix;

import dev.melange.nn.ImageModel;
import dev.melange.nn.StagedImageModel;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;

/**
 * Manifold Mixup (2019): mixup of the images or of the hidden maps after a stage drawn per batch.
 * They are mixed on the way through the network, see {@link MixedBatch#logits}. A network that is
 * no {@link StagedImageModel} counts as one stage, whose map are the features that its head pools.
 *
 * @param alpha the image's share is drawn from Beta(alpha, alpha); above 0
 * @param first layer to draw: 0 for the images, k for the maps after stage k
 * @param end the layer after the last to draw
 */
public record ManifoldMix(double alpha, int first, int end) implements MixPolicy {
  /** Refuses layers and distributions that do not exist. */
  public ManifoldMix {
    MixPolicies.requireAlpha("manifoldmix", alpha);
    if (first < 0 || end <= first) {
      throw new IllegalArgumentException(
          "manifoldmix expects layers 0 <= first < end, got first %d, end %d"
              .formatted(first, end));
    }
  }

  /** Layers 0 (the images), 1 and 2. */
  public ManifoldMix(double alpha) {
    this(alpha, 0, 3);
  }

  @Override
  public String name() {
    return MixPolicies.name("manifoldmix", this);
  }

  @Override
  public boolean needsWholeBatch() {
    return true;
  }

  /**
   * Itself.
   *
   * @throws IllegalArgumentException if the classifier has fewer stages
   */
  @Override
  public MixPolicy bind(MixSetup setup) {
    requireLayer(setup.model(), end - 1);
    return this;
  }

  private static int stages(ImageModel model) {
    return model instanceof StagedImageModel staged ? staged.stages() : 1;
  }

  private static void requireLayer(ImageModel model, int layer) {
    int stages = stages(model);
    if (layer > stages) {
      throw new IllegalArgumentException(
          "manifoldmix is to mix the maps after stage %d, but %s has %d: write manifold:end=%d"
              .formatted(layer, model.getClass().getSimpleName(), stages, stages + 1));
    }
  }

  /**
   * Logits of a batch that is mixed on the way.
   *
   * @param image [N, C, H, W]
   * @param layer 0 mixes the images, k the maps after stage k
   * @param lam weight of each sample, without dimension or [N]
   * @param index partner of each sample, int64 [N]
   * @throws IllegalArgumentException if the model has fewer stages
   */
  public static Tensor forward(
      ImageModel model, Tensor image, int layer, Tensor lam, Tensor index) {
    requireLayer(model, layer);
    if (layer == 0) {
      return model.forward(Mixup.apply(image, Mixup.partner(image, index), lam));
    }
    StagedImageModel staged = model instanceof StagedImageModel known ? known : null;
    Tensor map =
        Scope.run(
            () -> staged == null ? model.forwardFeatures(image) : staged.firstStages(image, layer));
    Tensor mixed = Mixup.apply(map, Mixup.partner(map, index), lam);
    Tensor features = staged == null ? mixed : Scope.run(() -> staged.lastStages(mixed, layer));
    return model.forwardHead(features);
  }

  /** As it mixes images; hidden maps are no pictures. */
  @Override
  public MixPreview preview(TensorBatch batch, MixContext context, int classes, Rng rng) {
    return new Mixup(alpha).preview(batch, context, classes, rng);
  }

  @Override
  public MixedBatch mix(MixPairs pairs, MixContext context, Rng rng) {
    double lam = pairs.drawLam(alpha, rng);
    int layer = first + rng.nextInt(end - first);
    if (layer == 0) {
      return pairs.mixed(pairs.partner().lerp(pairs.image(), lam), lam);
    }
    if (pairs.index() == null) {
      throw new IllegalArgumentException(
          "manifoldmix mixes a batch with itself, got given pairs; use mixup for pairs");
    }
    Tensor weight = Tensor.scalar(lam, DType.F64).to(pairs.image().device());
    return new MixedBatch(
        pairs.image(), pairs.label(), pairs.labelB(), weight, layer, pairs.index());
  }
}
