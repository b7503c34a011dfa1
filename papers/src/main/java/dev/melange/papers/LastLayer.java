package dev.melange.papers;

import dev.melange.nn.ImageModel;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Map;
import java.util.Set;

/**
 * The linear layer with which an image classifier ends: its logits are {@code features @ weight^T +
 * bias}.
 *
 * @param weight [classes, d], a copy
 * @param bias [classes], a copy; zeros if the layer has none
 */
public record LastLayer(Tensor weight, Tensor bias) {
  private static final double TOLERANCE = 1e-3;

  /**
   * Copies the layer of a model; the tensors belong to the current scope.
   *
   * @throws IllegalArgumentException if the model does not end with one linear layer
   */
  public static LastLayer of(ImageModel model) {
    Tensor weight = weight(model);
    Tensor bias = bias(model);
    return new LastLayer(
        weight.detach().copy(),
        bias == null ? weight.detach().newZeros(weight.size(0)) : bias.detach().copy());
  }

  /** Number of features that the last layer of a model sees. */
  public static int width(ImageModel model) {
    return (int) weight(model).size(1);
  }

  /**
   * Replaces the last layer of a model by the identity, so that the model returns the features that
   * the layer has seen, [N, d].
   */
  public static void expose(ImageModel model) {
    int width = width(model);
    model.resetClassifier(width, new Rng(0));
    try (Scope scope = Scope.open();
        var off = Autograd.noGrad()) {
      Tensor weight = weight(model);
      weight.copy_(Tensor.eye(width, weight.dtype()).to(weight.device()));
      Tensor bias = bias(model);
      if (bias != null) {
        bias.zero_();
      }
    }
  }

  /**
   * Refuses features that do not explain the logits: of a model that does more than this layer
   * after them.
   *
   * @param features [N, d]
   * @param logits of the same images, [N, classes]
   * @throws IllegalArgumentException if they differ
   */
  public void requireExplains(Tensor features, Tensor logits) {
    double difference = logits(features).sub(logits).abs().max().item();
    double size = logits.abs().max().item();
    // not <=, so that NaN is refused as well
    if (!(difference <= TOLERANCE * Math.max(1, size))) {
      throw new IllegalArgumentException(
          "the model does more than one linear layer after its features (the logits differ by up to %.3g), so their geometry cannot be told"
              .formatted(difference));
    }
  }

  /** The logits of features [N, d]. */
  public Tensor logits(Tensor features) {
    return features.matmul(weight.t()).add(bias);
  }

  private static Tensor weight(ImageModel model) {
    return parameter(model, 2, true);
  }

  private static Tensor bias(ImageModel model) {
    return parameter(model, 1, false);
  }

  private static Tensor parameter(ImageModel model, int dims, boolean required) {
    Set<String> names = model.classifierParameters();
    Map<String, Tensor> parameters = model.parameters();
    Tensor found = null;
    int matrices = 0;
    for (String name : names) {
      Tensor tensor = parameters.get(name);
      matrices += tensor.dim() == 2 ? 1 : 0;
      found = tensor.dim() == dims ? tensor : found;
    }
    if (matrices != 1 || (required && found == null)) {
      throw new IllegalArgumentException(
          "%s does not end with one linear layer; the parameters of its classifier are %s"
              .formatted(model.getClass().getSimpleName(), names));
    }
    return found;
  }
}
