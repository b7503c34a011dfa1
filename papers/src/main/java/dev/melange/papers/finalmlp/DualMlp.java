package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.component.Default;
import dev.melange.component.Inputs;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;

/** DualMLP: the sum of two plain MLPs over one embedding, the paper's starting point. */
public final class DualMlp extends ClickModel {
  /**
   * Configuration; the keys mean what they mean in {@link FinalMlp.Config}.
   *
   * @param features the fields
   * @param embedding_dim width of a field's vector
   * @param mlp1_hidden_units hidden widths of the first stream
   * @param mlp1_hidden_activations a name, or one per layer
   * @param mlp1_dropout a rate, or one per layer
   * @param mlp1_batch_norm whether the first stream has batch norm
   * @param mlp2_hidden_units hidden widths of the second stream
   * @param mlp2_hidden_activations a name, or one per layer
   * @param mlp2_dropout a rate, or one per layer
   * @param mlp2_batch_norm whether the second stream has batch norm
   * @param embedding_regularizer number (L2), l1(a), l2(a), l1_l2(a,b) or null
   * @param net_regularizer likewise, of all other weights
   */
  public record Config(
      List<Feature> features,
      @Default("10") int embedding_dim,
      @Default("[64, 64, 64]") int[] mlp1_hidden_units,
      @Default("\"ReLU\"") JsonNode mlp1_hidden_activations,
      @Default("0") JsonNode mlp1_dropout,
      @Default("false") boolean mlp1_batch_norm,
      @Default("[64, 64, 64]") int[] mlp2_hidden_units,
      @Default("\"ReLU\"") JsonNode mlp2_hidden_activations,
      @Default("0") JsonNode mlp2_dropout,
      @Default("false") boolean mlp2_batch_norm,
      @Default("null") JsonNode embedding_regularizer,
      @Default("null") JsonNode net_regularizer) {}

  private final Tower first;
  private final Tower second;

  /** A model with initial weights. */
  public DualMlp(Config c, Rng rng) {
    super(c.features(), c.embedding_dim(), c.embedding_regularizer(), c.net_regularizer(), rng);
    int in = embedding.width();
    first =
        child(
            "mlp1",
            new Tower(
                in,
                c.mlp1_hidden_units(),
                c.mlp1_hidden_activations(),
                c.mlp1_dropout(),
                c.mlp1_batch_norm(),
                1,
                rng));
    second =
        child(
            "mlp2",
            new Tower(
                in,
                c.mlp2_hidden_units(),
                c.mlp2_hidden_activations(),
                c.mlp2_dropout(),
                c.mlp2_batch_norm(),
                1,
                rng));
  }

  @Override
  protected Tensor logits(Tensor embedded, Inputs inputs) {
    Tensor flat = embedded.flatten(1, -1);
    return first.forward(flat).add(second.forward(flat));
  }
}
