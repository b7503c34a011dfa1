package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.component.Default;
import dev.melange.component.Inputs;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;

/** DeepFM: logistic regression, a factorisation machine and an MLP, summed. */
public final class DeepFm extends ClickModel {
  /**
   * Configuration.
   *
   * @param features the fields
   * @param embedding_dim width of a field's vector
   * @param hidden_units hidden widths of the MLP
   * @param hidden_activations a name, or one per layer
   * @param net_dropout a rate, or one per layer
   * @param batch_norm whether the MLP has batch norm
   * @param embedding_regularizer number (L2), l1(a), l2(a), l1_l2(a,b) or null
   * @param net_regularizer likewise, of all other weights
   */
  public record Config(
      List<Feature> features,
      @Default("10") int embedding_dim,
      @Default("[64, 64, 64]") int[] hidden_units,
      @Default("\"ReLU\"") JsonNode hidden_activations,
      @Default("0") JsonNode net_dropout,
      @Default("false") boolean batch_norm,
      @Default("null") JsonNode embedding_regularizer,
      @Default("null") JsonNode net_regularizer) {}

  private final Tensor bias;
  private final FeatureEmbedding linear;
  private final Tower mlp;

  /** A model with initial weights. */
  public DeepFm(Config c, Rng rng) {
    super(c.features(), c.embedding_dim(), c.embedding_regularizer(), c.net_regularizer(), rng);
    bias = parameter("fm.lr_layer.bias", Tensor.zeros(1));
    linear =
        child(
            "fm.lr_layer.embedding_layer",
            new FeatureEmbedding(c.features(), 1, FeatureEmbedding.Pooling.SUM, true, rng));
    mlp =
        child(
            "mlp",
            new Tower(
                embedding.width(),
                c.hidden_units(),
                c.hidden_activations(),
                c.net_dropout(),
                c.batch_norm(),
                1,
                rng));
  }

  @Override
  protected Tensor logits(Tensor embedded, Inputs inputs) {
    Tensor regression = linear.forward(inputs).sumKeep(1).add(bias);
    Tensor pairs = embedded.sum(1).square().sub(embedded.square().sum(1)).sumKeep(1).mul(0.5);
    return regression.add(pairs).add(mlp.forward(embedded.flatten(1, -1)));
  }
}
