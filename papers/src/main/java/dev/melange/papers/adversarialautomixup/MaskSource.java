package dev.melange.papers.adversarialautomixup;

import dev.melange.tensor.Tensor;

/** A generator of masks. */
interface MaskSource {
  /**
   * Masks and what they are held to.
   *
   * @param mask shares of the images at each pixel, [N, K, H, W]
   * @param loss a number to be made small, too; null for none
   */
  record Masks(Tensor mask, Tensor loss) {}

  /**
   * Masks for tuples of images.
   *
   * @param early features of the batch, as {@link TwoHeads#early} made them
   * @param order places of the first, second, ... images of the tuples, int64 [N]; null for their
   *     own places
   * @param lam weights of the images
   */
  Masks masks(Tensor early, Tensor[] order, double[] lam);
}
