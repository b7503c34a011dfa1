package dev.melange.mix;

import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;

/** Attentive CutMix (2020): the cells a network attends to are kept, the rest is the partner's. */
public final class AttentiveMix {
  private AttentiveMix() {}

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
