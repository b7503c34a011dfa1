package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.component.Default;
import dev.melange.component.Inputs;
import dev.melange.component.OneOf;
import dev.melange.nn.Linear;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;

/** DCNv2: a cross network with an MLP behind it, beside it, both or none. */
public final class DcnV2 extends ClickModel {
  /**
   * Configuration.
   *
   * @param features the fields
   * @param embedding_dim width of a field's vector
   * @param model_structure where MLPs stand
   * @param use_low_rank_mixture whether layers are mixtures of low-rank experts
   * @param low_rank rank of an expert
   * @param num_experts experts per layer
   * @param stacked_dnn_hidden_units hidden widths of the MLP behind
   * @param parallel_dnn_hidden_units hidden widths of the MLP beside
   * @param dnn_activations a name, or one per layer
   * @param num_cross_layers cross layers
   * @param net_dropout a rate, or one per layer
   * @param batch_norm whether the MLPs have batch norm
   * @param embedding_regularizer number (L2), l1(a), l2(a), l1_l2(a,b) or null
   * @param net_regularizer likewise, of all other weights
   */
  public record Config(
      List<Feature> features,
      @Default("10") int embedding_dim,
      @Default("parallel") @OneOf({"crossnet_only", "stacked", "parallel", "stacked_parallel"})
          String model_structure,
      @Default("false") boolean use_low_rank_mixture,
      @Default("32") int low_rank,
      @Default("4") int num_experts,
      @Default("[]") int[] stacked_dnn_hidden_units,
      @Default("[]") int[] parallel_dnn_hidden_units,
      @Default("\"ReLU\"") JsonNode dnn_activations,
      @Default("3") int num_cross_layers,
      @Default("0") JsonNode net_dropout,
      @Default("false") boolean batch_norm,
      @Default("null") JsonNode embedding_regularizer,
      @Default("null") JsonNode net_regularizer) {}

  private final CrossNet cross;
  private final Tower stacked; // null if there is none
  private final Tower parallel; // null if there is none
  private final Linear last;

  /** A model with initial weights. */
  public DcnV2(Config c, Rng rng) {
    super(c.features(), c.embedding_dim(), c.embedding_regularizer(), c.net_regularizer(), rng);
    int in = embedding.width();
    cross =
        child(
            "crossnet",
            new CrossNet(
                new CrossNet.Config(
                    c.use_low_rank_mixture() ? "mix" : "v2",
                    in,
                    c.num_cross_layers(),
                    c.low_rank(),
                    c.num_experts()),
                rng));
    stacked =
        c.model_structure().startsWith("stacked")
            ? child("stacked_dnn", tower(c, in, c.stacked_dnn_hidden_units(), rng))
            : null;
    parallel =
        c.model_structure().endsWith("parallel")
            ? child("parallel_dnn", tower(c, in, c.parallel_dnn_hidden_units(), rng))
            : null;
    int width =
        (stacked == null ? in : stacked.width()) + (parallel == null ? 0 : parallel.width());
    last = child("fc", Tower.linear(width, 1, true, rng));
  }

  private static Tower tower(Config c, int in, int[] hidden, Rng rng) {
    return new Tower(in, hidden, c.dnn_activations(), c.net_dropout(), c.batch_norm(), 0, rng);
  }

  @Override
  protected Tensor logits(Tensor embedded, Inputs inputs) {
    Tensor flat = embedded.flatten(1, -1);
    Tensor crossed = cross.forward(flat);
    Tensor out = stacked == null ? crossed : stacked.forward(crossed);
    return last.forward(parallel == null ? out : Tensor.cat(1, out, parallel.forward(flat)));
  }
}
