package dev.melange.mix;

import dev.melange.component.Default;
import dev.melange.nn.ImageModel;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * Attentive CutMix (2020): the cells a network attends to are kept, the rest is the partner's.
 *
 * @param alpha the share of cells to keep is drawn from Beta(alpha, alpha); above 0
 * @param keep number of cells to keep instead, 6 in the paper; 0 draws the share ("AttentiveMix+")
 * @param network file of the trained classifier that it looks at, read when a {@link MixTraining}
 *     begins; null for the network of the {@link MixContext}
 */
public record AttentiveMix(double alpha, int keep, @Default("null") String network)
    implements MixPolicy {
  /** Refuses what cannot be drawn. */
  public AttentiveMix {
    MixPolicies.requireAlpha("attentivemix", alpha);
    if (keep < 0) {
      throw new IllegalArgumentException("attentivemix keeps 0 cells or more, got " + keep);
    }
  }

  /** AttentiveMix+: draws how much to keep; looks at the context's network. */
  public AttentiveMix(double alpha) {
    this(alpha, 0, null);
  }

  @Override
  public String name() {
    return MixPolicies.name("attentivemix", this);
  }

  @Override
  public boolean usesNetwork() {
    return true;
  }

  @Override
  public MixPolicy bind(MixSetup setup) {
    return network == null ? this : new Looking(this, setup.trained(network));
  }

  @Override
  public MixedBatch mix(MixPairs pairs, MixContext context, Rng rng) {
    if (network != null) {
      throw new IllegalArgumentException(
          "attentivemix looks at %s only in a training; leave out network and give the network with the mixing context"
              .formatted(network));
    }
    return mixLooking(pairs, context, rng);
  }

  private MixedBatch mixLooking(MixPairs pairs, MixContext context, Rng rng) {
    double lam = pairs.drawLam(alpha, rng);
    Tensor features = context.attentionMap(pairs.image());
    int cells = keep > 0 ? keep : cells((int) features.size(2), lam);
    return MixPolicies.onWorker(
        () -> pairs.mixed(apply(pairs.image(), pairs.partner(), features, cells)));
  }

  /** The policy with the network that it looks at. */
  private record Looking(AttentiveMix policy, ImageModel attention) implements MixPolicy {
    @Override
    public String name() {
      return policy.name();
    }

    @Override
    public boolean usesNetwork() {
      return true;
    }

    @Override
    public MixedBatch mix(MixPairs pairs, MixContext context, Rng rng) {
      return policy.mixLooking(pairs, context.lookingAt(attention), rng);
    }
  }

  /** How many of cells x cells to keep for a wanted share of the image: at least one. */
  public static int cells(int cells, double lam) {
    return Math.min(Math.max(1, (int) (cells * cells * lam)), cells * cells);
  }

  /**
   * Keeps each image's own most attentive cells; the mask is 1 there.
   *
   * @param image [N, C, H, W]
   * @param partner of the same shape
   * @param features the deepest map of a trained network, [N, D, a, a]
   * @param keep number of cells to keep, 1 to a * a
   */
  public static Mixed apply(Tensor image, Tensor partner, Tensor features, int keep) {
    long cells = features.size(2);
    if (keep < 1 || keep > cells * cells) {
      throw new IllegalArgumentException(
          "AttentiveMix keeps 1 to %d cells of a %d x %d map, got %d"
              .formatted(cells * cells, cells, cells, keep));
    }
    Tensor attention = features.mean(1).flatten(1, 2);
    Tensor mask =
        attention
            .zerosLike()
            .scatter(1, attention.topk(keep, 1).indices(), 1)
            .to(image.dtype())
            .reshape(image.size(0), 1, cells, cells);
    mask = Nn.resizeNearest(mask, image.size(2), image.size(3));
    return new Mixed(Tensor.where(mask.gt(0), image, partner), mask, mask.get(0).mean().item());
  }
}
