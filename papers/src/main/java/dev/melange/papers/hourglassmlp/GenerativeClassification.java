package dev.melange.papers.hourglassmlp;

import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * Classification by generation: the network draws the prototype of the image's class, and the class
 * is that of the nearest prototype. Component {@code loss/generative-classification}.
 *
 * @param loss mean squared error to the true prototypes over examples and numbers, [1]
 * @param distance mean squared difference to every prototype, [B, K]
 * @param prediction the nearest prototypes, int64 [B]
 * @param accuracy share of right ones, [1]
 */
public record GenerativeClassification(
    Tensor loss, Tensor distance, Tensor prediction, Tensor accuracy) {
  /** The component has no settings. */
  public record Config() {}

  /**
   * Compares outputs with prototypes.
   *
   * @param y outputs, [B, D]
   * @param prototypes one per class, [K, D]
   * @param label classes, int64 [B]
   */
  public static GenerativeClassification of(Tensor y, Tensor prototypes, Tensor label) {
    if (y.dim() != 2 || prototypes.dim() != 2 || y.size(1) != prototypes.size(1)) {
      throw new IllegalArgumentException(
          "outputs [B, D] and prototypes [K, D] must have the same D, got %s and %s"
              .formatted(Arrays.toString(y.shape()), Arrays.toString(prototypes.shape())));
    }
    Tensor distance = y.unsqueeze(1).sub(prototypes.unsqueeze(0)).square().mean(2);
    Tensor loss = y.sub(prototypes.indexSelect(0, label)).square().mean().reshape(1);
    Tensor prediction = distance.detach().argmin(1);
    Tensor accuracy = prediction.eq(label).to(DType.F64).mean().reshape(1).to(y.dtype());
    return new GenerativeClassification(loss, distance, prediction, accuracy);
  }

  /** The loss alone, a scalar; the same as {@link #loss} without the distances. */
  public static Tensor loss(Tensor y, Tensor prototypes, Tensor label) {
    return y.sub(prototypes.indexSelect(0, label)).square().mean();
  }
}
