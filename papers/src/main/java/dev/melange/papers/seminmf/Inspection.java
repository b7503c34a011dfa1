package dev.melange.papers.seminmf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataException;
import dev.melange.papers.gpt.CharGpt;
import dev.melange.report.Chart;
import dev.melange.report.Report;
import dev.melange.report.Table;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * The semi-NMF features of a language model at a text.
 *
 * @param model the model's name
 * @param layer whose MLP was factored
 * @param tokens how many tokens were factored
 * @param unknown characters of the text that the model does not know, which were left out
 * @param explainedVariance share of the activations' variance that the features explain
 * @param losses squared error after each iteration
 * @param features strongest at most tokens first
 * @param steered texts written along and against a feature, if that was asked for
 */
public record Inspection(
    String model,
    int layer,
    int tokens,
    String unknown,
    double explainedVariance,
    List<Double> losses,
    List<FeatureSummary> features,
    Optional<ObjectNode> steered) {
  /** Tokens that a text needs for each feature. */
  public static final int TOKENS_PER_FEATURE = 10;

  private static final double DEFAULT_DIVERGENCE = 0.5;
  private static final double MOST_ALPHA = 200;
  private static final int CONCEPT_CONTEXTS = 50;

  /**
   * What to look for.
   *
   * @param layer from 0
   * @param features how many
   * @param sparsity share of the neurons that a feature consists of
   * @param iterations of the factorisation
   * @param top contexts and neurons to show for each
   * @param tokens most tokens to factor: evenly spread sentences of a longer text
   * @param seed of the start
   */
  public record Options(
      int layer, int features, double sparsity, int iterations, int top, int tokens, long seed) {
    /** Checks the numbers. */
    public Options {
      if (features < 1 || iterations < 1 || top < 1 || tokens < 1) {
        throw new IllegalArgumentException(
            "features, iterations, top and tokens must be at least 1, got %d, %d, %d, %d"
                .formatted(features, iterations, top, tokens));
      }
    }
  }

  /**
   * A push along a feature.
   *
   * @param feature its number
   * @param strength how far; null for as far as changes predictions at the text by a KL of 0.5 nats
   * @param prompt what the text begins with
   */
  public record Push(int feature, Double strength, String prompt) {}

  /** Copies the lists. */
  public Inspection {
    losses = List.copyOf(losses);
    features = List.copyOf(features);
  }

  /**
   * Finds features.
   *
   * @param source what the text is called in messages
   * @param text the text
   * @param push what to steer; null for nothing
   * @param told gets the number of iterations done
   * @throws IllegalArgumentException if the model has no such layer or feature, or does not write
   * @throws DataException if the text is too short
   */
  public static Inspection run(
      InspectedModel model,
      String source,
      String text,
      Options options,
      Push push,
      IntConsumer told) {
    check(model, options, push);
    InspectedModel.Reading reading = model.read(text);
    int needed = TOKENS_PER_FEATURE * options.features();
    if (reading.tokens() < needed) {
      String left =
          reading.unknown().isEmpty()
              ? ""
              : " (without %d characters it does not know)"
                  .formatted(reading.unknown().codePointCount(0, reading.unknown().length()));
      throw new DataException(
          "%s has %d tokens for %s%s, too few for %d features, which need %d; give a longer text or --features %d"
              .formatted(
                  source,
                  reading.tokens(),
                  model.name(),
                  left,
                  options.features(),
                  needed,
                  Math.max(1, reading.tokens() / TOKENS_PER_FEATURE)));
    }
    Rng rng = new Rng(options.seed());
    try (Scope scope = Scope.open()) {
      TokenActivations activations =
          model.activations(spread(reading, options.tokens()), options.layer());
      Tensor a = activations.values().t().contiguous();
      SemiNmf.Config config =
          new SemiNmf.Config(
              options.features(), options.sparsity(), options.iterations(), 1e-4, 1e-6, 100);
      SemiNmf.Fit fit =
          LayerTrial.onWorker(
              () ->
                  SemiNmf.fit(
                      config, a, SemiNmfStart.random(a, options.features(), rng.fork(0)), told));
      ConceptFeatures features = new ConceptFeatures(activations, fit.factors());
      return new Inspection(
          model.name(),
          options.layer(),
          activations.tokens().size(),
          reading.unknown(),
          fit.factors().explainedVariance(a),
          fit.losses(),
          FeatureSummary.of(
              features,
              model::show,
              options.top(),
              (feature, opposite) -> promoted(model, features, options, feature, opposite)),
          push == null
              ? Optional.empty()
              : Optional.of(steer(model.writer().orElseThrow(), features, options, push, rng)));
    }
  }

  private static void check(InspectedModel model, Options options, Push push) {
    if (options.layer() < 0 || options.layer() >= model.layers()) {
      throw new IllegalArgumentException(
          "%s has layers 0 to %d, got layer %d"
              .formatted(model.name(), model.layers() - 1, options.layer()));
    }
    if (push == null) {
      return;
    }
    CharGpt writer =
        model
            .writer()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "%s encodes sentences and writes none, so that it cannot be steered; choose a model such as gpt-small"
                            .formatted(model.name())));
    if (push.feature() < 0 || push.feature() >= options.features()) {
      throw new IllegalArgumentException(
          "features are numbered 0 to %d, got feature %d to steer"
              .formatted(options.features() - 1, push.feature()));
    }
    if (push.prompt().isEmpty()) {
      throw new IllegalArgumentException("the prompt is empty; give the beginning of a text");
    }
    writer.vocabulary().encode(push.prompt());
  }

  /** Whole sentences, evenly spread, of about so many tokens. */
  private static List<List<Long>> spread(InspectedModel.Reading reading, int tokens) {
    List<List<Long>> all = reading.sentences();
    double share = Math.min(1, (double) tokens / reading.tokens());
    List<List<Long>> chosen = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (Math.floor((i + 1) * share) > Math.floor(i * share)) {
        chosen.add(all.get(i));
      }
    }
    return chosen.isEmpty() ? all.subList(0, 1) : chosen;
  }

  private static List<String> promoted(
      InspectedModel model,
      ConceptFeatures features,
      Options options,
      int feature,
      boolean opposite) {
    return model
        .writer()
        .map(
            writer ->
                features
                    .promoted(writer.model(), options.layer(), feature, opposite, options.top())
                    .stream()
                    .map(found -> model.show(found.index()))
                    .toList())
        .orElse(List.of());
  }

  private static ObjectNode steer(
      CharGpt model, ConceptFeatures features, Options options, Push push, Rng rng) {
    TextSteering steering =
        new TextSteering(
            model, features, options.layer(), CONCEPT_CONTEXTS, push.prompt(), rng.fork(1));
    double alpha =
        push.strength() != null
            ? push.strength()
            : steering
                .alphaFor(push.feature(), DEFAULT_DIVERGENCE, MOST_ALPHA)
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "no push along feature %d up to %s changes the predictions by a KL of %s; give --strength"
                                .formatted(push.feature(), MOST_ALPHA, DEFAULT_DIVERGENCE)));
    return steering.steer(push.feature(), alpha).toJson("feature " + push.feature());
  }

  /** As JSON. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("model", model).put("layer", layer).put("tokens", tokens);
    json.put("unknown_characters", unknown).put("explained_variance", explainedVariance);
    ArrayNode all = json.putArray("features");
    features.forEach(feature -> all.add(feature.toJson()));
    steered.ifPresent(node -> json.set("steered", node));
    return json;
  }

  /** A page with the features' contexts, neurons, and the steered texts. */
  public Report report(String source) {
    Report report =
        new Report("Features of %s, layer %d".formatted(model, layer))
            .subtitle(
                String.format(
                    Locale.ROOT,
                    "%s: %,d tokens, %d features that explain %.1f %% of the variance of the MLP's"
                        + " activations",
                    source,
                    tokens,
                    features.size(),
                    100 * explainedVariance));
    steered.ifPresent(node -> steered(report, node));
    report
        .section("Features and their contexts")
        .paragraph(
            "Each line is a place in the text where the feature is strong; the colour is its"
                + " coefficient at each token.");
    for (FeatureSummary feature : features) {
      report.text(feature.coloredText());
      report.details("Neurons of feature " + feature.feature(), inner -> neurons(inner, feature));
    }
    double[] iterations = IntStream.rangeClosed(1, losses.size()).asDoubleStream().toArray();
    report
        .section("The fit")
        .charts(
            Chart.xy("Squared error of the factorisation")
                .x("iteration")
                .y("squared error")
                .line(
                    "semi-NMF",
                    iterations,
                    losses.stream().mapToDouble(Double::doubleValue).toArray())
                .build());
    return report;
  }

  private static void neurons(Report report, FeatureSummary feature) {
    Table.Builder table = Table.titled("").number("neuron", "%d").number("weight", "%.3f");
    feature.neurons().forEach(n -> table.row(n.neuron(), n.weight()));
    report.table(table.build());
    if (!feature.promoted().isEmpty()) {
      report.paragraph(
          "raises "
              + String.join(" ", FeatureSummary.quoted(feature.promoted(), 8))
              + "; its opposite raises "
              + String.join(" ", FeatureSummary.quoted(feature.suppressed(), 8)));
    }
  }

  private static void steered(Report report, ObjectNode node) {
    report.section("Steering").table(steeringTable(node));
  }

  /** The steered texts as a table. */
  static Table steeringTable(ObjectNode node) {
    double alpha = node.get("alpha").asDouble();
    Table.Builder table =
        Table.titled(
                String.format(
                    Locale.ROOT,
                    "%s, KL %.3f nats after the prompt; concept and fluency from 0 to 2",
                    node.get("title").asText(),
                    node.get("kl").asDouble()))
            .number("alpha", "%.4g")
            .text("text")
            .number("concept", "%.2f")
            .number("fluency", "%.2f");
    table.row(0.0, visible(node.get("before").asText()), null, null);
    for (String way : List.of("along", "against")) {
      var after = node.get(way);
      table.row(
          way.equals("along") ? alpha : -alpha,
          visible(after.get("text").asText()),
          after.get("concept").asDouble(),
          after.get("fluency").asDouble());
    }
    return table.build();
  }

  /** The steered texts as a table, if there are any. */
  public Optional<Table> steeringTable() {
    return steered.map(Inspection::steeringTable);
  }

  private static String visible(String text) {
    return text.replace("\n", " \u21b5 ");
  }
}
