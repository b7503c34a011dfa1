package dev.melange.mix;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * PuzzleMix (2020): a mask of blocks that keeps what is salient in both images and fits at the
 * borders, and salient patches that move to where they are shown.
 *
 * @param alpha the image's wanted share is drawn from Beta(alpha, alpha); above 0
 * @param max_blocks blocks along a side are 2^1 to 2^(max_blocks - 1): 5 for images of 32 pixels, 4
 *     for 224
 * @param beta weight of neighbours with different labels
 * @param gamma how much less they cost where the images continue each other
 * @param eta weight of the prior of the labels
 * @param neigh_size side of the pixel groups compared across a border; if it does not divide the
 *     side of the blocks, the largest smaller one that does
 * @param labels degrees of mixing per block
 * @param patch side of the patches that move, in pixels; -1 for whole blocks
 * @param eps cost of moving relative to saliency
 */
public record PuzzleMix(
    double alpha,
    int max_blocks,
    double beta,
    double gamma,
    double eta,
    int neigh_size,
    int labels,
    int patch,
    double eps)
    implements MixPolicy {
  /** Refuses what has no blocks. */
  public PuzzleMix {
    MixPolicies.requireAlpha("puzzlemix", alpha);
    if (max_blocks < 2 || max_blocks > 10) {
      throw new IllegalArgumentException(
          "puzzlemix expects max_blocks from 2 to 10, got " + max_blocks);
    }
  }

  /** The settings for small images (CIFAR). */
  public PuzzleMix(double alpha) {
    this(alpha, 5, 1.2, 0.5, 0.2, 4, 3, -1, 0.8);
  }

  @Override
  public String name() {
    return MixPolicies.name("puzzlemix", this);
  }

  @Override
  public boolean usesNetwork() {
    return true;
  }

  /**
   * Itself.
   *
   * @throws IllegalArgumentException if images cannot be divided into the most blocks
   */
  @Override
  public MixPolicy bind(MixSetup setup) {
    long[] shape = setup.shape();
    long side = shape[1];
    int most = Long.numberOfTrailingZeros(side);
    if (side != shape[2] || most < 1) {
      throw new IllegalArgumentException(
          "puzzlemix expects square images of an even side, got %d x %d; use another --size or policy"
              .formatted(shape[1], shape[2]));
    }
    if (max_blocks - 1 > most) {
      throw new IllegalArgumentException(
          "puzzlemix:max_blocks=%d divides images into up to %2$d x %2$d blocks, but %3$d is no multiple of %2$d; write puzzlemix:max_blocks=%4$d, or use another --size"
              .formatted(max_blocks, 1 << (max_blocks - 1), side, most + 1));
    }
    return this;
  }

  @Override
  public MixedBatch mix(MixPairs pairs, MixContext context, Rng rng) {
    double lam = pairs.drawLam(alpha, rng);
    int blocks = 1 << (1 + rng.nextInt(max_blocks - 1));
    Tensor saliency = context.gradientSaliency(pairs.image(), pairs.label());
    Tensor partnerSaliency =
        pairs.index() == null
            ? context.gradientSaliency(pairs.partner(), pairs.labelB())
            : saliency.indexSelect(0, pairs.index());
    return MixPolicies.onWorker(
        () -> apply(pairs, context, saliency, partnerSaliency, blocks, lam));
  }

  /** The pixel groups for blocks of a side; a size that no block has is left to the checks. */
  private int neighbours(long side) {
    long group = Math.min(neigh_size, side);
    while (group > 1 && side % group != 0) {
      group--;
    }
    return (int) group;
  }

  private MixedBatch apply(
      MixPairs pairs,
      MixContext context,
      Tensor saliency,
      Tensor partnerSaliency,
      int blocks,
      double lam) {
    PuzzleEnergy energy =
        PuzzleEnergy.of(
            new PuzzleEnergy.Settings(
                blocks, beta, gamma, eta, neighbours(pairs.image().size(2) / blocks), labels),
            context.pixels(pairs.image(), "puzzlemix"),
            context.pixels(pairs.partner(), "puzzlemix"),
            saliency,
            partnerSaliency,
            lam);
    PuzzleSolution solution =
        PuzzleSolution.of(energy.unary(), energy.labelCost(), energy.edgeV(), energy.edgeH());
    PuzzleTransport moved =
        PuzzleTransport.of(
            pairs.image(), pairs.partner(), saliency, partnerSaliency, solution.mask(), patch, eps);
    return pairs.mixed(moved.image(), moved.lam());
  }
}
