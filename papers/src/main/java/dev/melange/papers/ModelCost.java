package dev.melange.papers;

import dev.melange.nn.ImageModel;
import dev.melange.nn.ModelSummary;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.OperationListener;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What an image model costs, counted rather than measured: the same on every machine.
 *
 * @param parameters trainable numbers
 * @param macs multiply-accumulate operations for one image
 * @param activationBytes bytes of all that one image's forward pass computes, most of which
 *     training keeps until the backward pass
 */
public record ModelCost(long parameters, long macs, long activationBytes) {
  // weights, gradients and both moments of Adam, in float32
  private static final int BYTES_PER_PARAMETER = 16;
  // their results share the memory of their operand
  private static final Set<String> VIEWS =
      Set.of(
          "reshape",
          "view",
          "flatten",
          "unflatten",
          "permute",
          "transpose",
          "unsqueeze",
          "squeeze",
          "expand",
          "unfold",
          "diagonal",
          "select",
          "slice",
          "narrow",
          "alias",
          "real",
          "imag",
          "view_as_complex",
          "detach",
          "contiguous",
          "to");

  /**
   * Counts for images of a size.
   *
   * @param model in inference mode while it is counted; its mode is restored
   * @param channels channels of the images
   * @param height rows of the images
   * @param width columns of the images
   */
  public static ModelCost of(ImageModel model, int channels, int height, int width) {
    boolean training = model.isTraining();
    model.eval();
    try (Scope scope = Scope.open()) {
      Tensor image =
          new Rng(0)
              .normal(1, channels, height, width)
              .to(model.parameters().values().iterator().next().device());
      long macs = ModelSummary.of(model, () -> model.forward(image)).macs();
      AtomicLong bytes = new AtomicLong();
      Autograd.noGrad(
          () ->
              OperationListener.during(
                  (name, result, operands) -> {
                    if (!VIEWS.contains(name)) {
                      bytes.addAndGet(result.numel() * result.dtype().bytes());
                    }
                  },
                  () -> model.forward(image)));
      return new ModelCost(model.parameterCount(), macs, bytes.get());
    } finally {
      model.train(training);
    }
  }

  /**
   * An estimate of the memory of a training step: weights, gradients, both moments of Adam, and all
   * that the forward pass of a batch computes. What the backward pass needs for itself comes to it.
   *
   * @param batch number of images
   * @return bytes
   */
  public long stepBytes(int batch) {
    return BYTES_PER_PARAMETER * parameters + batch * activationBytes;
  }
}
