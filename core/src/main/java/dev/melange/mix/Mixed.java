package dev.melange.mix;

import dev.melange.tensor.Tensor;

/**
 * A mixed batch.
 *
 * @param image the mixed images, [N, C, H, W]
 * @param mask where (or how strongly) one of the images was taken, [1 or N, 1, H, W]; which of the
 *     two is said by the policy
 * @param lam the weight of the first image's label, 0 to 1
 */
public record Mixed(Tensor image, Tensor mask, double lam) {}
