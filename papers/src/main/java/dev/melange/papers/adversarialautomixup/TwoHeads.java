package dev.melange.papers.adversarialautomixup;

import dev.melange.tensor.Tensor;

/** A classifier cut where the generator of masks looks at it, with a head for mixed images. */
interface TwoHeads {
  /** The features that the generator sees, in the network's own form. */
  Tensor early(Tensor image);

  /** The rest of the way, to what both heads see. */
  Tensor late(Tensor early);

  /** Logits [N, classes] of the head that learns from clean images. */
  Tensor one(Tensor late);

  /** Logits [N, classes] of the head that learns from mixed images. */
  Tensor mixed(Tensor late);
}
