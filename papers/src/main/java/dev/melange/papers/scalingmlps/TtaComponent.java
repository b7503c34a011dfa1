package dev.melange.papers.scalingmlps;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.component.Outputs;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Layer;
import dev.melange.papers.Catalogue;
import dev.melange.papers.TestTimeAugmentation;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/**
 * {@link TestTimeAugmentation} of any image classifier of the catalogue on given views: the
 * component {@code interpret/tta}. Its weights have the classifier's names.
 */
final class TtaComponent extends Layer {
  /**
   * Configuration.
   *
   * @param model the classifier's component, such as {@code vision/scaling-mlp}
   * @param model_config the classifier's configuration
   */
  record Config(String model, JsonNode model_config) {}

  private final ImageModel model;

  TtaComponent(Config config, Rng rng) {
    Layer made =
        Catalogue.components()
            .get(config.model(), config.model_config())
            .build(config.model_config(), rng)
            .layer();
    if (!(made instanceof ImageModel classifier)) {
      made.close();
      throw new IllegalArgumentException(
          "test-time augmentation needs an image classifier, %s is none".formatted(config.model()));
    }
    model = classifier;
    model.children().forEach(this::child);
  }

  /** Probabilities and classes from views [V, B, c, H, W]. */
  Map<String, Tensor> run(Tensor views) {
    if (views.dim() != 5) {
      throw new IllegalArgumentException(
          "test-time augmentation expects views [V, B, c, H, W], got "
              + Arrays.toString(views.shape()));
    }
    Tensor probabilities = TestTimeAugmentation.probabilities(model, views);
    return new Outputs().put("probs", probabilities).put("top1", probabilities.argmax(1)).map();
  }
}
