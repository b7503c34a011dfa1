package dev.melange.papers.hardnegativemixing;

import dev.melange.nn.ImageModel;
import dev.melange.nn.Layer;
import dev.melange.nn.Linear;
import dev.melange.papers.LastLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Any image classifier as a contrastive encoder: its last layer is taken off, and MoCo-v2's MLP
 * takes the place.
 */
public final class ProjectedModel extends Layer implements ContrastiveEncoder {
  private final ImageModel model;
  private final Linear hidden;
  private final Linear projection;
  private final Set<String> classifier;

  /**
   * Puts a projection on a model; it owns the model from now on.
   *
   * @param model a classifier that ends with one linear layer; loses that layer
   * @param dim width of the embeddings
   */
  public ProjectedModel(ImageModel model, int dim, Rng rng) {
    if (dim < 1) {
      throw new IllegalArgumentException("embeddings have 1 dimension or more, got " + dim);
    }
    this.model = child("model", model);
    int width = LastLayer.width(model);
    LastLayer.expose(model);
    classifier = Set.copyOf(model.classifierParameters());
    model.parameters().forEach((name, p) -> p.requiresGrad_(!classifier.contains(name)));
    hidden = child("fc.0", new Linear(width, width, rng));
    projection = child("fc.2", new Linear(width, dim, rng));
  }

  @Override
  public Tensor features(Tensor image) {
    return scoped(() -> model.forward(image));
  }

  @Override
  public Tensor project(Tensor features) {
    return projection.forward(hidden.forward(features).relu());
  }

  /** The weights of the model without its last layer, by the names of the model. */
  public Map<String, Tensor> body() {
    Map<String, Tensor> weights = new LinkedHashMap<>(model.state());
    weights.keySet().removeAll(classifier);
    return weights;
  }

  /** The model, which returns features in the place of logits. */
  public ImageModel model() {
    return model;
  }
}
