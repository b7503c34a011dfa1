package dev.melange.papers.decoupledmixup;

import dev.melange.data.image.Normalize;
import dev.melange.nn.ImageModel;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;

/**
 * How a classifier stands the fast gradient sign attack: each pixel is moved by eps = 8/255 in the
 * direction that raises the loss, and kept within the range of pixels.
 */
final class Robustness {
  private static final double EPS = 8.0 / 255;

  private Robustness() {}

  /** Share of attacked images that are classified rightly; the model is in inference mode. */
  static double accuracy(ImageModel model, Minibatches data, Normalize normalize) {
    double right = 0;
    try (Minibatches.Epoch batches = data.epoch(0, 0)) {
      while (batches.hasNext()) {
        right += Scope.run(() -> right(model, batches.next(), normalize));
      }
    }
    return right / data.size();
  }

  private static double right(ImageModel model, TensorBatch cpu, Normalize normalize) {
    TensorBatch batch = cpu.to(Engine.get().device());
    Tensor label = batch.get(ImageBatches.LABEL);
    Tensor attacked = attack(model, batch.get(ImageBatches.IMAGE), label, normalize);
    return Autograd.noGrad(() -> model.forward(attacked).argmax(1).eq(label).sum().item());
  }

  /**
   * The attacked images.
   *
   * @param image normalised, [N, C, H, W]
   * @param label int64 [N]
   */
  static Tensor attack(ImageModel model, Tensor image, Tensor label, Normalize normalize) {
    Tensor mean = perChannel(normalize.mean(), image);
    Tensor std = perChannel(normalize.std(), image);
    Tensor x = image.detach().copy().requiresGrad_(true);
    Tensor gradient = Autograd.grad(Losses.crossEntropy(model.forward(x), label), x)[0];
    Tensor pixels = image.mul(std).add(mean).add(gradient.sign().mul(EPS)).clamp(0, 1);
    return pixels.sub(mean).div(std);
  }

  private static Tensor perChannel(float[] values, Tensor image) {
    return Tensor.of(values, 1, values.length, 1, 1).to(image.device());
  }
}
