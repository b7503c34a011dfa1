package dev.melange.papers.adamixup;

import dev.melange.tensor.Tensor;

/** The three parts of AdaMixUp, of whatever they are made. */
interface AdaMixUpNetworks {
  /**
   * The generator: 3 (k - 1) numbers for each tuple, before the softmax.
   *
   * @param gated noisy means of the images of the tuples, [N, C, H, W]
   * @param dropout factors of dropout; null to draw them in training
   */
  Tensor triples(Tensor gated, Tensor dropout);

  /** Features that classifier and discriminator share. */
  Tensor features(Tensor image, Tensor dropout);

  /** Logits of the classes [N, classes] from features. */
  Tensor classify(Tensor features);

  /** Logits of "mixed" and "real" [N, 2] from features. */
  Tensor intrusion(Tensor features);
}
