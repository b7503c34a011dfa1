package dev.melange.train;

import dev.melange.tensor.Tensor;

/** What training minimises. */
@FunctionalInterface
public interface Objective {
  /**
   * The loss of a batch, or of the part of one that a worker got.
   *
   * <p>Called by several threads at once, each with its part; the parts' losses are averaged with
   * the numbers of examples as weights, so it must be a mean over examples (plus terms that do not
   * depend on them). A loss that relates examples to each other needs the whole batch: {@link
   * Trainer#wholeBatch()}.
   *
   * @return a scalar
   */
  Tensor loss(TensorBatch batch);
}
