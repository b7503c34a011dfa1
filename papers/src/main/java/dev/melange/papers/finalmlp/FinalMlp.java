package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.component.Default;
import dev.melange.component.Inputs;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;

/** FinalMLP: two gated MLPs over one embedding, fused bilinearly. */
public final class FinalMlp extends ClickModel {
  /**
   * Configuration.
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
   * @param use_fs whether the streams are gated
   * @param fs_hidden_units hidden widths of the gates
   * @param fs1_context fields of the first gate
   * @param fs2_context fields of the second gate
   * @param num_heads heads of the fusion
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
      @Default("true") boolean use_fs,
      @Default("[64]") int[] fs_hidden_units,
      @Default("[]") List<String> fs1_context,
      @Default("[]") List<String> fs2_context,
      @Default("1") int num_heads,
      @Default("null") JsonNode embedding_regularizer,
      @Default("null") JsonNode net_regularizer) {}

  private final FeatureSelection selection; // null without gates
  private final Tower first;
  private final Tower second;
  private final InteractionAggregation fusion;

  /** A model with initial weights. */
  public FinalMlp(Config c, Rng rng) {
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
                0,
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
                0,
                rng));
    selection =
        c.use_fs()
            ? child(
                "fs_module",
                new FeatureSelection(
                    new FeatureSelection.Config(
                        c.features(),
                        c.embedding_dim(),
                        c.fs_hidden_units(),
                        c.fs1_context(),
                        c.fs2_context()),
                    rng))
            : null;
    fusion =
        child(
            "fusion_module",
            new InteractionAggregation(
                new InteractionAggregation.Config(first.width(), second.width(), 1, c.num_heads()),
                rng));
  }

  /** Whether the streams are gated. */
  public boolean isGated() {
    return selection != null;
  }

  /**
   * The gate of stream 0 or 1 on each component of the flat embedding: [B, F * d], or [1, F * d]
   * for a gate without context; values in (0, 2).
   *
   * @throws IllegalStateException without gates
   */
  public Tensor gate(int stream, Inputs inputs) {
    if (selection == null) {
      throw new IllegalStateException("this FinalMLP has no gates: use_fs is false");
    }
    return selection.gate(stream, inputs);
  }

  @Override
  protected Tensor logits(Tensor embedded, Inputs inputs) {
    Tensor flat = embedded.flatten(1, -1);
    Tensor x = selection == null ? flat : selection.forward(0, flat, inputs);
    Tensor y = selection == null ? flat : selection.forward(1, flat, inputs);
    return fusion.forward(first.forward(x), second.forward(y));
  }
}
