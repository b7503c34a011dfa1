package dev.melange.nn;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** An image classifier: features and head can be used apart, and the head can be replaced. */
public abstract class ImageModel extends UnaryLayer {
  /** Features before pooling and classification: a map [B, C, h, w] or tokens [B, N, C]. */
  public abstract Tensor forwardFeatures(Tensor x);

  /** Pools and classifies features: [B, classes]; the pooled features if there are no classes. */
  public abstract Tensor forwardHead(Tensor features);

  /** Number of classes; 0 without a classifier, if the model can be without. */
  public abstract int classes();

  /**
   * Replaces the classifier by a new, untrained one of the model's element type, device and mode
   * (as {@link Layer#replaceChild} makes it).
   *
   * @throws IllegalArgumentException if there is to be no class
   */
  public abstract void resetClassifier(int classes, Rng rng);

  /** [B, channels, H, W] to logits [B, classes]. */
  @Override
  public Tensor forward(Tensor x) {
    Tensor features = scoped(() -> forwardFeatures(x));
    return scoped(() -> forwardHead(features));
  }
}
