package dev.melange.mix;

import dev.melange.tensor.Tensor;

/** A network that can mix its hidden maps (Manifold Mixup). */
public interface HiddenMixing {
  /**
   * Logits of a batch mixed on the way.
   *
   * @param image [N, C, H, W]
   * @param layer 0 mixes the image, k the map after stage k
   * @param lam weight of each sample, without dimension or [N]
   * @param index partner of each sample, int64 [N]
   */
  Tensor forward(Tensor image, int layer, Tensor lam, Tensor index);

  /** Number of stages, the largest {@code layer}. */
  int stages();
}
