package dev.melange.papers.hardnegativemixing;

import dev.melange.tensor.Tensor;

/** A network that contrastive learning can train: images to features, features to embeddings. */
public interface ContrastiveEncoder {
  /**
   * The features that are wanted in the end.
   *
   * @param image [N, C, H, W]
   * @return [N, width]
   */
  Tensor features(Tensor image);

  /**
   * Embeddings for the contrastive objective, not yet of unit length.
   *
   * @param features [N, width]
   * @return [N, dim]
   */
  Tensor project(Tensor features);
}
