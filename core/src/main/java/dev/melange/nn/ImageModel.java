package dev.melange.nn;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

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

  /**
   * Full names of the parameters of the classifier that {@link #resetClassifier} replaces; empty if
   * there is none. Unless a model says otherwise they are those of its last linear layer with as
   * many outputs as classes.
   */
  public Set<String> classifierParameters() {
    Set<String> names = new LinkedHashSet<>();
    visit(
        (path, layer) -> {
          if (layer instanceof Linear linear && linear.weight().size(0) == classes()) {
            names.clear();
            linear.parameters().keySet().forEach(name -> names.add(path + "." + name));
          }
        });
    return names;
  }

  /**
   * What the first layer looks for in an image: its weights [n, channels, h, w], detached. Unless a
   * model says otherwise they are those of its first 2d convolution.
   *
   * @throws IllegalStateException if it has none
   */
  public Tensor firstFilters() {
    List<Conv2d> found = new ArrayList<>();
    visit(
        (path, layer) -> {
          if (layer instanceof Conv2d conv) {
            found.add(conv);
          }
        });
    if (found.isEmpty()) {
      throw new IllegalStateException(
          getClass().getSimpleName() + " has no layer of filters over an image");
    }
    return found.get(0).weight().detach();
  }

  /** [B, channels, H, W] to logits [B, classes]. */
  @Override
  public Tensor forward(Tensor x) {
    Tensor features = scoped(() -> forwardFeatures(x));
    return scoped(() -> forwardHead(features));
  }
}
