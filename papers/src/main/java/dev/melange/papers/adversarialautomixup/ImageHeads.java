package dev.melange.papers.adversarialautomixup;

import dev.melange.nn.ImageModel;
import dev.melange.nn.Linear;
import dev.melange.nn.StagedImageModel;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;

/**
 * An image model with a second head, which learns from clean images; its own learns from mixed
 * ones. The generator sees the map after the last but one stage, or the last map of models without
 * stages.
 *
 * @param model the classifier
 * @param one linear layer over the means of its features
 */
record ImageHeads(ImageModel model, Linear one) implements TwoHeads {
  /** Means of features over their places, [N, channels]. */
  static Tensor means(Tensor features) {
    return features.dim() == 4 ? features.mean(2, 3) : features.mean(1);
  }

  @Override
  public Tensor early(Tensor image) {
    return Scope.run(
        () ->
            model instanceof StagedImageModel staged && staged.stages() > 1
                ? staged.firstStages(image, staged.stages() - 1)
                : model.forwardFeatures(image));
  }

  @Override
  public Tensor late(Tensor early) {
    return model instanceof StagedImageModel staged && staged.stages() > 1
        ? Scope.run(() -> staged.lastStages(early, staged.stages() - 1))
        : early;
  }

  @Override
  public Tensor one(Tensor late) {
    return one.forward(means(late));
  }

  @Override
  public Tensor mixed(Tensor late) {
    return model.forwardHead(late);
  }
}
