package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.melange.component.Default;
import dev.melange.component.Inputs;
import dev.melange.nn.Layer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;

/**
 * A gate per stream on each component of the flat embedding, {@code 2 sigmoid(MLP(context))}, from
 * a learned vector or from fields embedded for that purpose (section "Stream-Specific Feature
 * Selection").
 */
public final class FeatureSelection extends Layer {
  /**
   * Configuration of the component.
   *
   * @param features the fields
   * @param embedding_dim width of a vector
   * @param fs_hidden_units hidden widths of the gates
   * @param fs1_context fields of the first gate; none for a learned vector
   * @param fs2_context fields of the second gate; none for a learned vector
   */
  public record Config(
      List<Feature> features,
      @Default("10") int embedding_dim,
      @Default("[64]") int[] fs_hidden_units,
      @Default("[]") List<String> fs1_context,
      @Default("[]") List<String> fs2_context) {}

  private final FeatureEmbedding[] tables = new FeatureEmbedding[2];
  private final Tensor[] vectors = new Tensor[2];
  private final Tower[] gates = new Tower[2];

  /** The gates of two streams. */
  public FeatureSelection(Config config, Rng rng) {
    int dim = config.embedding_dim();
    for (int k = 0; k < 2; k++) {
      List<String> context = k == 0 ? config.fs1_context() : config.fs2_context();
      String name = "fs" + (k + 1);
      if (context.isEmpty()) {
        vectors[k] = parameter(name + "_ctx_bias", Tensor.zeros(1, dim));
      } else {
        List<Feature> fields = FeatureEmbedding.select(config.features(), context);
        tables[k] =
            child(
                name + "_ctx_emb",
                new FeatureEmbedding(fields, dim, FeatureEmbedding.Pooling.MEAN, true, rng));
      }
      int in = tables[k] == null ? dim : tables[k].width();
      gates[k] =
          child(
              name + "_gate",
              new Tower(
                  in,
                  config.fs_hidden_units(),
                  TextNode.valueOf("relu"),
                  DoubleNode.valueOf(0),
                  false,
                  config.features().size() * dim,
                  rng));
    }
  }

  /** The gate of stream 0 or 1: [B, F * d], or [1, F * d] without context; values in (0, 2). */
  public Tensor gate(int stream, Inputs inputs) {
    Tensor context = tables[stream] == null ? vectors[stream] : tables[stream].forward(inputs);
    return gates[stream].forward(context).sigmoid().mul(2);
  }

  /** The flat embedding [B, F * d] as stream 0 or 1 sees it. */
  public Tensor forward(int stream, Tensor flat, Inputs inputs) {
    return flat.mul(gate(stream, inputs));
  }
}
