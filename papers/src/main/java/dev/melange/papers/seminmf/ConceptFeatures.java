package dev.melange.papers.seminmf;

import dev.melange.papers.gpt.Gpt;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The features that {@link SemiNmf} finds in activations, and what they stand for: contexts that
 * express them, neurons they consist of, tokens they promote, directions to steer along.
 *
 * <pre>{@code
 * var activations = TokenActivations.of(model, corpus, 0, Steering.Location.MLP_ACT, t -> false);
 * var features = ConceptFeatures.fit(activations, SemiNmf.Config.of(50), new Rng(42));
 * features.contexts(7, 25);                                  // where feature 7 is strongest
 * features.steering(7, 0, Steering.Location.MLP_ACT, 10);    // pushes the model towards it
 * }</pre>
 */
public final class ConceptFeatures {
  private final TokenActivations activations;
  private final Factors factors;

  /**
   * A token that expresses a feature.
   *
   * @param row its row of the activations
   * @param token its place in the corpus
   * @param strength the feature's coefficient there, above 0
   */
  public record Context(int row, TokenActivations.Token token, double strength) {}

  /**
   * Something numbered, such as a neuron or a token of the vocabulary, and its weight.
   *
   * @param index its number
   * @param weight how much of it there is
   */
  public record Weighted(long index, double weight) {}

  /**
   * Features of activations.
   *
   * @param activations [n, m]
   * @param factors F [m, K] and G [n, K]
   */
  public ConceptFeatures(TokenActivations activations, Factors factors) {
    long[] shape = activations.values().shape();
    if (factors.features().size(0) != shape[1] || factors.coefficients().size(0) != shape[0]) {
      throw new IllegalArgumentException(
          "features of %d neurons at %d tokens do not fit activations of %d neurons at %d tokens"
              .formatted(
                  factors.features().size(0), factors.coefficients().size(0), shape[1], shape[0]));
    }
    this.activations = activations;
    this.factors = factors;
  }

  /** Fits features from a random start. */
  public static ConceptFeatures fit(TokenActivations activations, SemiNmf.Config config, Rng rng) {
    Tensor a = activations.values().t();
    Factors start = SemiNmfStart.random(a, config.rank(), rng);
    return new ConceptFeatures(activations, SemiNmf.fit(config, a, start).factors());
  }

  /** What was factored. */
  public TokenActivations activations() {
    return activations;
  }

  /** The factors. */
  public Factors factors() {
    return factors;
  }

  /** The number of features K. */
  public int size() {
    return factors.rank();
  }

  /** The direction of a feature among the neurons, [m], of length 1. */
  public Tensor direction(int feature) {
    return Scope.run(
        () -> {
          Tensor column = column(factors.features(), feature);
          return column.div(column.norm().clampMin(1e-8));
        });
  }

  /** Steers along a feature, or against it if alpha is negative. */
  public Steering steering(int feature, int layer, Steering.Location location, double alpha) {
    return new Steering(layer, location, direction(feature), alpha, false);
  }

  /** The tokens at which a feature is strongest, strongest first; fewer if fewer express it. */
  public List<Context> contexts(int feature, int count) {
    return strongest(activations, column(factors.coefficients(), feature), count);
  }

  /** The tokens with the largest strengths [n] above 0, strongest first. */
  static List<Context> strongest(TokenActivations activations, Tensor strengths, int count) {
    return top(strengths, count).stream()
        .filter(found -> found.weight() > 0)
        .map(
            found -> {
              int row = Math.toIntExact(found.index());
              return new Context(row, activations.tokens().get(row), found.weight());
            })
        .toList();
  }

  /** The tokens of a context's sentence within a distance, the token itself included. */
  public List<Long> window(Context context, int distance) {
    List<Long> sentence = activations.corpus().get(context.token().sentence());
    int at = context.token().position();
    return sentence.subList(
        Math.max(0, at - distance), Math.min(sentence.size(), at + distance + 1));
  }

  /** The neurons with the largest weight of either sign in a feature, largest first. */
  public List<Weighted> neurons(int feature, int count) {
    try (Scope scope = Scope.open()) {
      Tensor column = column(factors.features(), feature);
      double[] weights = column.to(DType.F64).toDoubles();
      return top(column.abs(), count).stream()
          .map(found -> new Weighted(found.index(), weights[(int) found.index()]))
          .filter(found -> found.weight() != 0)
          .toList();
    }
  }

  /** How strongly each token of the activations expresses a feature, in order, [n]. */
  public Tensor strengths(int feature) {
    return Scope.run(() -> column(factors.coefficients(), feature).copy());
  }

  /**
   * The tokens whose logits a feature raises most through the layer's MLP output, the final
   * normalisation and the output head.
   *
   * @param layer the layer the activations are of
   * @param feature the feature
   * @param opposite whether to follow the opposite direction
   * @param count how many
   */
  public List<Weighted> promoted(Gpt model, int layer, int feature, boolean opposite, int count) {
    try (var guard = Autograd.noGrad();
        Scope scope = Scope.open()) {
      Tensor v = direction(feature).mul(opposite ? -1 : 1);
      Tensor written = v.unsqueeze(0).matmul(model.mlpOutWeight(layer));
      return top(model.unembed(written).squeeze(0), count);
    }
  }

  /**
   * The concept of a feature as a distribution of the next token: how often each token follows the
   * feature's contexts, with one more observation spread as in the whole corpus.
   *
   * @param feature the feature
   * @param count how many contexts to look at
   * @param vocabulary number of tokens V
   */
  public NextTokens concept(int feature, int count, int vocabulary) {
    double[] follows = new double[vocabulary];
    double total = 0;
    for (Context context : contexts(feature, count)) {
      List<Long> sentence = activations.corpus().get(context.token().sentence());
      int next = context.token().position() + 1;
      if (next < sentence.size()) {
        follows[Math.toIntExact(sentence.get(next))]++;
        total++;
      }
    }
    double observed = total;
    Tensor marginal = activations.marginal(vocabulary);
    Tensor concept =
        Scope.run(() -> Tensor.of(follows, vocabulary).add(marginal).div(observed + 1));
    return new NextTokens(concept, marginal);
  }

  /** The share of the most frequent token among a feature's top contexts; 0 if it has none. */
  public double purity(int feature, int count) {
    List<Context> contexts = contexts(feature, count);
    Map<Long, Integer> counts = new HashMap<>();
    contexts.forEach(context -> counts.merge(activations.id(context.row()), 1, Integer::sum));
    return counts.values().stream().mapToInt(Integer::intValue).max().stream()
        .mapToDouble(most -> (double) most / contexts.size())
        .findFirst()
        .orElse(0);
  }

  private Tensor column(Tensor matrix, int feature) {
    if (feature < 0 || feature >= size()) {
      throw new IllegalArgumentException(
          "no feature %d; features are numbered 0 to %d".formatted(feature, size() - 1));
    }
    return matrix.select(1, feature);
  }

  static List<Weighted> top(Tensor values, int count) {
    try (Scope scope = Scope.open()) {
      Tensor.Indexed found = values.topk(Math.min(count, values.numel()), 0);
      double[] weights = found.values().to(DType.F64).toDoubles();
      long[] indices = found.indices().toLongs();
      List<Weighted> result = new ArrayList<>();
      for (int i = 0; i < weights.length; i++) {
        result.add(new Weighted(indices[i], weights[i]));
      }
      return result;
    }
  }
}
