package dev.melange.mix;

import dev.melange.tensor.Tensor;

/**
 * A mixed batch to be looked at.
 *
 * @param image mixed images [N, C, H, W]
 * @param target their distributions over the classes, float32 [N, classes]
 */
public record MixPreview(Tensor image, Tensor target) {}
