package dev.melange.papers.finalmlp;

import dev.melange.component.Default;
import dev.melange.component.Inputs;
import dev.melange.nn.Embedding;
import dev.melange.nn.Init;
import dev.melange.nn.Layer;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One vector per field, in the declared order: a table row of a category, a multiple of a vector
 * for a number, pooled rows of a sequence.
 */
public final class FeatureEmbedding extends Layer {
  // Keeps the mean of an empty sequence at zero; part of the definition.
  private static final double EPS = 1e-12;

  /** How the rows of a sequence become one. */
  public enum Pooling {
    /** Mean over the rows whose components do not sum to zero. */
    MEAN,
    /** Sum over all rows. */
    SUM
  }

  /**
   * Configuration of the component.
   *
   * @param features the fields
   * @param embedding_dim width of a vector
   * @param required_feature_columns names of the fields to embed; null for all
   * @param flatten whether the vectors are joined
   */
  public record Config(
      List<Feature> features,
      @Default("10") int embedding_dim,
      @Default("null") List<String> required_feature_columns,
      @Default("false") boolean flatten) {}

  private final Map<Feature, UnaryLayer> tables = new LinkedHashMap<>();
  private final int dim;
  private final Pooling pooling;
  private final boolean flatten;

  /** The component's layer. */
  FeatureEmbedding(Config config, Rng rng) {
    this(
        config.required_feature_columns() == null
            ? config.features()
            : select(config.features(), config.required_feature_columns()),
        config.embedding_dim(),
        Pooling.MEAN,
        config.flatten(),
        rng);
  }

  /**
   * Tables of some fields; rows drawn from N(0, 1e-4^2), padding zero.
   *
   * @param flatten whether the output is [B, F * dim] rather than [B, F, dim]
   */
  public FeatureEmbedding(
      List<Feature> features, int dim, Pooling pooling, boolean flatten, Rng rng) {
    if (features.isEmpty() || dim < 1) {
      throw new IllegalArgumentException(
          "an embedding needs at least one feature and a width of at least 1, got %d features and width %d"
              .formatted(features.size(), dim));
    }
    this.dim = dim;
    this.pooling = pooling;
    this.flatten = flatten;
    for (Feature feature : features) {
      UnaryLayer table;
      if (feature.type().equals("numeric")) {
        table = Tower.linear(1, dim, false, rng);
      } else {
        Embedding rows = new Embedding(feature.vocab_size(), dim, 0, rng);
        Init.normal(rows.weight(), 0, 1e-4, rng);
        Init.constant(rows.weight().detach().select(0, 0), 0);
        table = rows;
      }
      tables.put(feature, child("embedding_layer.embedding_layers." + feature.name(), table));
    }
  }

  /**
   * The fields of some names, in the declared order.
   *
   * @throws IllegalArgumentException for a name that is no field
   */
  static List<Feature> select(List<Feature> features, List<String> names) {
    List<String> known = features.stream().map(Feature::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException("no feature '" + name + "'; features: " + known);
      }
    }
    return features.stream().filter(feature -> names.contains(feature.name())).toList();
  }

  /** Width of the flat embedding. */
  public int width() {
    return tables.size() * dim;
  }

  /** The vectors, [B, F, dim] or [B, F * dim], of the inputs named like the fields. */
  public Tensor forward(Inputs inputs) {
    List<Tensor> vectors = new ArrayList<>();
    tables.forEach(
        (feature, table) -> vectors.add(embed(feature, table, inputs.get(feature.name()))));
    return flatten
        ? Tensor.cat(1, vectors.toArray(Tensor[]::new))
        : Tensor.stack(1, vectors.toArray(Tensor[]::new));
  }

  private Tensor embed(Feature feature, UnaryLayer table, Tensor input) {
    boolean sequence = feature.type().equals("sequence");
    if (input.dim() != (sequence ? 2 : 1)) {
      throw new IllegalArgumentException(
          "feature '%s' is %s and takes %s, got %s"
              .formatted(
                  feature.name(), feature.type(), sequence ? "[B, L]" : "[B]", input.toString()));
    }
    if (feature.type().equals("numeric")) {
      return table.forward(input.to(dtype()).unsqueeze(-1));
    }
    Tensor rows = table.forward(input);
    if (!sequence) {
      return rows;
    }
    Tensor sum = rows.sum(1);
    if (pooling == Pooling.SUM) {
      return sum;
    }
    Tensor empty = rows.sum(-1).eq(0.0);
    Tensor count = empty.logicalNot().to(DType.F64).sumKeep(1).add(EPS).to(rows.dtype());
    return sum.div(count);
  }
}
