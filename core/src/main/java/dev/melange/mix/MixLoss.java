package dev.melange.mix;

import dev.melange.nn.ImageModel;
import dev.melange.tensor.Tensor;
import dev.melange.train.Objective;

/** A loss of mixed batches. */
@FunctionalInterface
public interface MixLoss {
  /**
   * The mean loss.
   *
   * @param logits [N, classes]
   * @param batch its labels and weights
   * @return a scalar
   */
  Tensor loss(Tensor logits, MixedBatch batch);

  /** What training minimises: this loss of a model's logits of a mixed batch. */
  default Objective objective(ImageModel model) {
    return batch -> {
      MixedBatch mixed = MixedBatch.of(batch);
      return loss(mixed.logits(model), mixed);
    };
  }
}
