package dev.melange.papers.seminmf;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.report.ColoredText;
import dev.melange.tensor.DType;
import dev.melange.tensor.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * What there is to see of a feature, as plain values: for reports and JSON.
 *
 * @param feature its number
 * @param share of the tokens whose strongest feature it is
 * @param purity share of the most frequent token among its contexts
 * @param tokens the tokens of its contexts, each once, strongest first
 * @param contexts where it is strongest, strongest first
 * @param neurons its neurons of the largest weights
 * @param promoted tokens whose logits it raises most; empty if the model has no output head
 * @param suppressed tokens whose logits its opposite raises most
 */
public record FeatureSummary(
    int feature,
    double share,
    double purity,
    List<String> tokens,
    List<Line> contexts,
    List<Neuron> neurons,
    List<String> promoted,
    List<String> suppressed) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DISTANCE = 15; // tokens shown on either side of a context

  /**
   * A context: a stretch of a sentence.
   *
   * @param tokens its tokens
   * @param strengths how strongly each expresses the feature
   * @param at the place of the context's own token in the stretch
   */
  public record Line(List<String> tokens, List<Double> strengths, int at) {
    /** Copies the lists. */
    public Line {
      tokens = List.copyOf(tokens);
      strengths = List.copyOf(strengths);
    }

    /** On one line of text, with the context's own token in brackets. */
    public String shown() {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < tokens.size(); i++) {
        String token = tokens.get(i).replace("\n", "\u21b5");
        text.append(i == at ? "[" + token + "]" : token);
      }
      return text.toString();
    }
  }

  /**
   * A neuron of a feature.
   *
   * @param neuron its number
   * @param weight its entry in the feature
   */
  public record Neuron(long neuron, double weight) {}

  /** Copies the lists. */
  public FeatureSummary {
    tokens = List.copyOf(tokens);
    contexts = List.copyOf(contexts);
    neurons = List.copyOf(neurons);
    promoted = List.copyOf(promoted);
    suppressed = List.copyOf(suppressed);
  }

  /**
   * Summaries of all features, the ones that are strongest at most tokens first.
   *
   * @param features the features
   * @param show the text of a token
   * @param contexts how many contexts to show
   * @param promoted the tokens a feature raises, the opposite's if the flag is set; may return none
   */
  static List<FeatureSummary> of(
      ConceptFeatures features, LongFunction<String> show, int contexts, Promotion promoted) {
    try (Scope scope = Scope.open()) {
      TokenActivations activations = features.activations();
      Map<TokenActivations.Token, Integer> rows = new HashMap<>();
      for (int i = 0; i < activations.tokens().size(); i++) {
        rows.put(activations.tokens().get(i), i);
      }
      long[] strongest = features.factors().coefficients().argmax(1).toLongs();
      int[] counts = new int[features.size()];
      for (long feature : strongest) {
        counts[(int) feature]++;
      }
      List<FeatureSummary> all = new ArrayList<>();
      for (int k = 0; k < features.size(); k++) {
        double[] strengths = features.strengths(k).to(DType.F64).toDoubles();
        List<ConceptFeatures.Context> top = features.contexts(k, contexts);
        Set<String> tokens = new LinkedHashSet<>();
        top.forEach(context -> tokens.add(show.apply(activations.id(context.row()))));
        all.add(
            new FeatureSummary(
                k,
                (double) counts[k] / strongest.length,
                features.purity(k, contexts),
                List.copyOf(tokens),
                top.stream()
                    .map(context -> line(activations, rows, strengths, context, show))
                    .toList(),
                features.neurons(k, contexts).stream()
                    .map(found -> new Neuron(found.index(), found.weight()))
                    .toList(),
                promoted.of(k, false),
                promoted.of(k, true)));
      }
      all.sort(java.util.Comparator.comparingDouble(summary -> -summary.share()));
      return all;
    }
  }

  /** The tokens that a feature promotes. */
  @FunctionalInterface
  interface Promotion {
    List<String> of(int feature, boolean opposite);
  }

  private static Line line(
      TokenActivations activations,
      Map<TokenActivations.Token, Integer> rows,
      double[] strengths,
      ConceptFeatures.Context context,
      LongFunction<String> show) {
    int sentence = context.token().sentence();
    int at = context.token().position();
    List<Long> ids = activations.corpus().get(sentence);
    int from = Math.max(0, at - DISTANCE);
    int to = Math.min(ids.size(), at + DISTANCE + 1);
    List<String> tokens = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    for (int i = from; i < to; i++) {
      Integer row = rows.get(new TokenActivations.Token(sentence, i));
      if (row != null) {
        tokens.add(show.apply(ids.get(i)));
        values.add(strengths[row]);
      }
    }
    int before = 0;
    for (int i = from; i < at; i++) {
      before += rows.containsKey(new TokenActivations.Token(sentence, i)) ? 1 : 0;
    }
    return new Line(tokens, values, before);
  }

  /** Its name, number and tokens: {@code feature 7: the The}. */
  public String title() {
    return "feature %d: %s".formatted(feature, String.join(" ", quoted(tokens, 6)));
  }

  /** The first of its {@link #tokens}, with white space made visible. */
  public List<String> shownTokens(int most) {
    return quoted(tokens, most);
  }

  /** The first tokens, with white space made visible. */
  static List<String> quoted(List<String> tokens, int most) {
    return tokens.stream()
        .limit(most)
        .map(token -> token.replace("\n", "\u21b5").replace(" ", "\u2423"))
        .toList();
  }

  /** The contexts as coloured text. */
  public ColoredText coloredText() {
    ColoredText.Builder text =
        ColoredText.titled(
            String.format(
                Locale.ROOT,
                "%s (strongest feature of %.1f %% of the tokens, purity %.2f)",
                title(),
                100 * share,
                purity));
    for (Line line : contexts) {
      text.line(line.tokens(), line.strengths().stream().mapToDouble(d -> d).toArray());
    }
    return text.build();
  }

  /** As JSON. */
  public ObjectNode toJson() {
    return JSON.valueToTree(this);
  }

  /** From the JSON of {@link #toJson}. */
  static FeatureSummary of(JsonNode json) {
    try {
      return JSON.treeToValue(json, FeatureSummary.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not the summary of a feature: " + e.getMessage(), e);
    }
  }
}
