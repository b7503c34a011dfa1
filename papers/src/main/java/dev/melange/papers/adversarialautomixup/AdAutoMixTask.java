package dev.melange.papers.adversarialautomixup;

import dev.melange.data.DataSets;
import dev.melange.papers.adversarialautomixup.AdAutoMixSettings.Task;
import dev.melange.papers.mixuppolicies.SmallImages;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The images of a task as its networks see them; grey ones with values 2 x - 0.5, others
 * normalised.
 */
record AdAutoMixTask(
    Task settings,
    Tensor train,
    Tensor trainLabels,
    Tensor test,
    Tensor testLabels,
    List<String> classes) {
  private static final int NATIVE_MNIST = 28;

  static AdAutoMixTask load(DataSets sets, Task task) throws IOException {
    int side = task.pad() > 0 ? NATIVE_MNIST : task.side();
    SmallImages images =
        SmallImages.load(sets, task.data(), side, task.images(), task.test_images());
    return new AdAutoMixTask(
        task,
        prepared(images, images.train(), task),
        images.trainLabels(),
        prepared(images, images.test(), task),
        images.testLabels(),
        images.classes());
  }

  private static Tensor prepared(SmallImages images, Tensor normalized, Task task) {
    if (images.channels() != 1) {
      return normalized;
    }
    Tensor x = images.pixels(normalized);
    if (task.pad() > 0) {
      x = Nn.pad(x, task.pad(), task.pad(), task.pad(), task.pad());
      x = Nn.resizeBilinear(x, task.side(), task.side(), false);
    }
    return x.mul(2).sub(0.5);
  }

  int channels() {
    return (int) train.size(1);
  }

  Minibatches training(long seed) {
    return Minibatches.shuffled(
        Map.of(ImageBatches.IMAGE, train, ImageBatches.LABEL, trainLabels), settings.batch(), seed);
  }

  Minibatches testing() {
    return Minibatches.inOrder(
        Map.of(ImageBatches.IMAGE, test, ImageBatches.LABEL, testLabels), 500);
  }

  /** Mirrors images and moves the batch, as the settings say. */
  TensorBatch augmented(TensorBatch batch, Rng rng) {
    if (settings.flip()) {
      return SmallImages.augment(batch, settings.shift(), false, rng);
    }
    int shift = settings.shift();
    Tensor image = batch.get(ImageBatches.IMAGE);
    // what comes in is as dark as the border
    Tensor moved =
        Nn.pad(image.add(0.5), shift, shift, shift, shift)
            .narrow(2, rng.nextInt(2 * shift + 1), image.size(2))
            .narrow(3, rng.nextInt(2 * shift + 1), image.size(3))
            .sub(0.5);
    return batch.with(ImageBatches.IMAGE, moved.contiguous());
  }
}
