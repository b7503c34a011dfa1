package dev.melange.papers;

import dev.melange.mix.MixLabels;
import dev.melange.mix.MixedBatch;
import dev.melange.nn.ImageModel;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Objective;
import dev.melange.train.TensorBatch;

/**
 * Cross entropy with label smoothing, of plain batches ({@code image}, {@code label}) and of mixed
 * ones ({@code label_b} and {@code lam} besides), whose targets are smoothed mixtures of two
 * classes.
 *
 * @param model the classifier
 * @param smoothing share of the target that is spread over all classes, 0..1
 */
public record ImageLoss(ImageModel model, double smoothing) implements Objective {
  /** Checks the smoothing. */
  public ImageLoss {
    if (!(smoothing >= 0 && smoothing < 1)) {
      throw new IllegalArgumentException("label smoothing must be in [0, 1), got " + smoothing);
    }
  }

  @Override
  public Tensor loss(TensorBatch batch) {
    if (!batch.has("lam")) {
      Tensor logits = model.forward(batch.get(ImageBatches.IMAGE));
      return Losses.crossEntropy(logits, batch.get(ImageBatches.LABEL), smoothing);
    }
    MixedBatch mixed = MixedBatch.of(batch);
    Tensor target = mixed.target(model.classes());
    return Losses.softCrossEntropy(
        mixed.logits(model), smoothing == 0 ? target : MixLabels.smooth(target, smoothing));
  }
}
