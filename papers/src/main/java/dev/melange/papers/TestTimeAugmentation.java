package dev.melange.papers;

import dev.melange.data.image.Image;
import dev.melange.data.image.Pipeline;
import dev.melange.nn.ImageModel;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Inference;
import dev.melange.train.TensorBatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Test-time augmentation: a classifier sees several random versions of an image, changed as in
 * training, and its probabilities are averaged.
 */
public final class TestTimeAugmentation {
  private TestTimeAugmentation() {}

  /**
   * Mean of the probabilities over views.
   *
   * @param model a classifier, in inference mode
   * @param views [V, B, c, H, W]
   * @return [B, classes]
   */
  public static Tensor probabilities(ImageModel model, Tensor views) {
    return Scope.run(
        () -> {
          Tensor sum = null;
          for (int v = 0; v < views.size(0); v++) {
            Tensor view = views.get(v);
            Tensor probabilities = Scope.run(() -> model.forward(view).softmax(1));
            sum = sum == null ? probabilities : sum.add(probabilities);
          }
          if (sum == null) {
            throw new IllegalArgumentException("test-time augmentation needs at least one view");
          }
          return sum.div((double) views.size(0));
        });
  }

  /**
   * Mean of the probabilities over random versions of images. The same seed gives the same numbers.
   *
   * @param model a classifier, in inference mode
   * @param images of any sizes
   * @param pipeline how an image is changed at random and brought to what the model sees
   * @param views versions of each image, at least 1
   * @param seed of the draws
   * @return [B, classes], float64 on the CPU, owned by the current scope
   */
  public static Tensor probabilities(
      ImageModel model, List<Image> images, Pipeline pipeline, int views, long seed) {
    if (views < 1) {
      throw new IllegalArgumentException(
          "test-time augmentation needs at least one view, got " + views);
    }
    return Scope.run(
        () -> {
          List<Tensor> means = new ArrayList<>();
          for (int i = 0; i < images.size(); i++) {
            Image image = images.get(i);
            Rng draws = new Rng(seed).fork(i);
            means.add(Scope.run(() -> mean(model, image, pipeline, views, draws)));
          }
          return Tensor.cat(0, means.toArray(Tensor[]::new));
        });
  }

  private static Tensor mean(
      ImageModel model, Image image, Pipeline pipeline, int views, Rng draws) {
    Tensor versions =
        ImageBatches.tensor(Collections.nCopies(views, image), pipeline, draws); // [V, c, H, W]
    TensorBatch batch = TensorBatch.of(Map.of(ImageBatches.IMAGE, versions));
    return Inference.run(
            batch, part -> model.forward(part.get(ImageBatches.IMAGE)).to(DType.F64).softmax(1))
        .meanKeep(0);
  }
}
