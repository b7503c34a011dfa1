package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.component.Default;
import dev.melange.component.Inputs;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;

/** Logistic regression: a weight per category, a slope per number, and a bias, summed. */
public final class LogisticRegression extends ClickModel {
  /**
   * Configuration.
   *
   * @param features the fields
   * @param embedding_regularizer number (L2), l1(a), l2(a), l1_l2(a,b) or null, of the weights
   */
  public record Config(List<Feature> features, @Default("null") JsonNode embedding_regularizer) {}

  private final Tensor bias;

  /** A model with initial weights. */
  public LogisticRegression(Config c, Rng rng) {
    super(c.features(), 1, c.embedding_regularizer(), null, rng);
    bias = parameter("bias", Tensor.zeros(1));
  }

  @Override
  protected Tensor logits(Tensor embedded, Inputs inputs) {
    return embedded.sum(1).add(bias);
  }
}
