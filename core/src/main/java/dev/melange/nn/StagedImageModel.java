package dev.melange.nn;

import dev.melange.tensor.Tensor;

/** An image model whose stages can be run apart. */
public interface StagedImageModel {
  /** Number of stages. */
  int stages();

  /**
   * The map, or the tokens, after some stages; the samples are the first axis.
   *
   * @param image [N, C, H, W]
   * @param count stages to run, 0 for the stem alone
   */
  Tensor firstStages(Tensor image, int count);

  /**
   * The features, which go to the head.
   *
   * @param map what {@link #firstStages} returned
   * @param count stages that were run already
   */
  Tensor lastStages(Tensor map, int count);
}
