package dev.melange.mix;

import dev.melange.nn.ImageModel;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;

/**
 * Manifold Mixup (2019): mixup of the images or of the hidden maps after a stage drawn per batch.
 * The network does it, see {@link MixedBatch#logits}.
 *
 * @param alpha the image's share is drawn from Beta(alpha, alpha); above 0
 * @param first layer to draw, 0 for the images
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
   * @throws IllegalArgumentException if the classifier cannot mix its hidden maps
   */
  @Override
  public MixPolicy bind(MixSetup setup) {
    if (end > 1 && !(setup.model() instanceof HiddenMixing)) {
      throw noHiddenMaps(setup.model());
    }
    return this;
  }

  static IllegalArgumentException noHiddenMaps(ImageModel model) {
    return new IllegalArgumentException(
        "manifoldmix mixes hidden maps, which %s does not offer; use a resnet_cifar model or another policy"
            .formatted(model.getClass().getSimpleName()));
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
