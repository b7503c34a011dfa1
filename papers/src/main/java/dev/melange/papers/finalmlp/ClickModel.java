package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.component.Inputs;
import dev.melange.nn.Layer;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.TabularBatches;
import dev.melange.train.TensorBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model of the probability of a click (or of any label 0 or 1) given categories and numbers. */
public abstract class ClickModel extends Layer {
  /** The table of the fields. */
  protected final FeatureEmbedding embedding;

  private final List<Feature> features;
  private final Regularizer embeddingRegularizer;
  private final Regularizer netRegularizer;

  /** Makes the embedding of the fields, and reads the regularizers. */
  protected ClickModel(
      List<Feature> features,
      int dim,
      JsonNode embeddingRegularizer,
      JsonNode netRegularizer,
      Rng rng) {
    this.features = List.copyOf(features);
    embedding =
        child(
            "embedding_layer",
            new FeatureEmbedding(features, dim, FeatureEmbedding.Pooling.MEAN, false, rng));
    this.embeddingRegularizer = Regularizer.of(embeddingRegularizer);
    this.netRegularizer = Regularizer.of(netRegularizer);
  }

  /** The log odds, [B, 1], of an embedding [B, F, d]. */
  protected abstract Tensor logits(Tensor embedded, Inputs inputs);

  /** The fields, in order. */
  public final List<Feature> features() {
    return features;
  }

  /** The probability of label 1, [B, 1]. */
  public final Tensor forward(Inputs inputs) {
    return logits(embedding.forward(inputs), inputs).sigmoid();
  }

  /** The probability of label 1, [B, 1], of a batch of {@link TabularBatches}. */
  public final Tensor forward(TensorBatch batch) {
    return forward(inputs(batch));
  }

  /** The columns of a batch of {@link TabularBatches} under the names of the fields. */
  public final Inputs inputs(TensorBatch batch) {
    Map<String, Tensor> columns = new HashMap<>();
    int categories = 0;
    int numbers = 0;
    for (Feature feature : features) {
      columns.put(
          feature.name(),
          switch (feature.type()) {
            case "numeric" -> batch.get(TabularBatches.NUMERIC).select(1, numbers++);
            case "sequence" -> batch.get(TabularBatches.listName(feature.name()));
            default -> batch.get(TabularBatches.FIELDS).select(1, categories++);
          });
    }
    return new Inputs(columns, isTraining());
  }

  /** Mean binary cross entropy (logarithms at least -100) plus the regularizers, a scalar. */
  public final Tensor loss(Tensor probability, Tensor label) {
    Tensor loss = Losses.bce(probability, label.to(probability.dtype()).reshape(-1, 1));
    IdentityHashMap<Tensor, Boolean> embedded = new IdentityHashMap<>();
    visit(
        (path, layer) -> {
          if (layer instanceof FeatureEmbedding) {
            layer.parameters().values().forEach(tensor -> embedded.put(tensor, true));
          }
        });
    List<Tensor> tables = new ArrayList<>();
    List<Tensor> net = new ArrayList<>();
    parameters()
        .values()
        .forEach(tensor -> (embedded.containsKey(tensor) ? tables : net).add(tensor));
    return netRegularizer.addTo(embeddingRegularizer.addTo(loss, tables), net);
  }

  /** The outputs y_pred, and loss if the input label is given. */
  final Map<String, Tensor> outputs(Inputs inputs) {
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    Tensor probability = forward(inputs);
    outputs.put("y_pred", probability);
    if (inputs.has("label")) {
      outputs.put("loss", loss(probability, inputs.get("label")));
    }
    return outputs;
  }
}
