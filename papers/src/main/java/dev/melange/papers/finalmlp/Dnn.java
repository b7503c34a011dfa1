package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.component.Default;
import dev.melange.component.Inputs;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;

/** DNN: one MLP over the embeddings, the single-stream baseline. */
public final class Dnn extends ClickModel {
  /**
   * Configuration.
   *
   * @param features the fields
   * @param embedding_dim width of a field's vector
   * @param hidden_units hidden widths
   * @param hidden_activations a name, or one per layer
   * @param net_dropout a rate, or one per layer
   * @param batch_norm whether there is batch norm
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

  private final Tower mlp;

  /** A model with initial weights. */
  public Dnn(Config c, Rng rng) {
    super(c.features(), c.embedding_dim(), c.embedding_regularizer(), c.net_regularizer(), rng);
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
    return mlp.forward(embedded.flatten(1, -1));
  }
}
