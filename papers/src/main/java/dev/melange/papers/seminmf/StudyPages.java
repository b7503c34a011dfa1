package dev.melange.papers.seminmf;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.metric.Summary;
import dev.melange.papers.study.StudyRun;
import dev.melange.report.Chart;
import dev.melange.report.Report;
import dev.melange.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/** The study's part of its report. */
final class StudyPages {
  private static final String DIGITS = "%.3f";

  private final StudyRun run;
  private final StudySettings settings;
  private final StudyFigures figures;

  StudyPages(StudyRun run, StudySettings settings, StudyFigures figures) {
    this.run = run;
    this.settings = settings;
    this.figures = figures;
  }

  void write(JsonNode trained, double unigram, JsonNode showcase) {
    run.report()
        .section("Steering")
        .paragraph(
            "The score of a feature is how far steering moves the next character's distribution to"
                + " what follows the feature's own contexts, in nats: the mean over "
                + settings.prompts()
                + " texts of the sum over characters c of (p steered - p)(c) log(concept(c) /"
                + " anywhere(c)). How far to push is tuned for each feature to the same divergence"
                + " of the prediction.");
    for (int layer : settings.layers()) {
      run.result(table(layer));
      run.report().charts(curves(layer));
    }
    compare();
    features(showcase);
    steered(showcase);
    trees(showcase);
    model(trained, unigram);
  }

  private Table table(int layer) {
    Table.Builder table =
        Table.titled(
                "Layer %d, %d seeds, mean and standard deviation over seeds"
                    .formatted(layer, settings.seeds()))
            .text("directions")
            .number("score at KL 0.1", DIGITS, Table.Best.HIGHEST)
            .number("score at KL 0.5", DIGITS, Table.Best.HIGHEST)
            .number("above 0 at KL 0.1 (%)", "%.0f")
            .number("explained variance", "%.2f", Table.Best.HIGHEST)
            .number("active per token", "%.1f")
            .number("neurons per feature (%)", "%.0f")
            .number("purity of contexts", "%.2f")
            .number("out of reach at KL 0.5", "%d");
    for (String method : LayerTrial.METHODS) {
      table.row(
          label(method),
          spread(figures.means(layer, method, 0.1)),
          spread(figures.means(layer, method, 0.5)),
          100 * figures.positive(layer, method, 0.1),
          spread(figures.values(layer, method, "explained_variance")),
          mean(figures.values(layer, method, "active")),
          percent(mean(figures.values(layer, method, "neurons"))),
          mean(figures.values(layer, method, "purity")),
          figures.unreached(layer, method, 0.5));
    }
    return table.build();
  }

  private static String label(String method) {
    return switch (method) {
      case LayerTrial.SNMF -> "semi-NMF";
      case LayerTrial.SAE -> "sparse autoencoder";
      case LayerTrial.DIFF_MEAN -> "difference in means (supervised)";
      default -> "random, concepts of semi-NMF";
    };
  }

  private static Table.PlusMinus spread(double[] values) {
    if (values.length == 0) {
      return null;
    }
    Summary summary = Summary.of(values);
    return new Table.PlusMinus(summary.mean(), summary.sd());
  }

  private static Double mean(double[] values) {
    return values.length == 0 ? null : (Double) Summary.of(values).mean();
  }

  private static Double percent(Double share) {
    return share == null ? null : (Double) (100 * share);
  }

  private List<Chart> curves(int layer) {
    double[] kls = settings.kls().stream().mapToDouble(Double::doubleValue).toArray();
    var scores =
        Chart.xy("Layer %d: concept score against divergence".formatted(layer))
            .x("KL of the prediction (nats)")
            .y("score (nats)");
    for (String method : LayerTrial.METHODS) {
      double[][] bySeed = new double[settings.seeds()][kls.length];
      for (int j = 0; j < kls.length; j++) {
        double[] means = figures.means(layer, method, kls[j]);
        for (int i = 0; i < means.length; i++) {
          bySeed[i][j] = means[i];
        }
      }
      scores.seeds(label(method), kls, bySeed);
    }
    var losses =
        Chart.xy("Layer %d: squared error of semi-NMF".formatted(layer))
            .x("iteration")
            .y("squared error")
            .logY();
    List<JsonNode> trials = figures.trials(layer);
    for (int i = 0; i < trials.size(); i++) {
      double[] values = numbers(trials.get(i).get("snmf_losses"));
      losses.line("seed " + (run.seed() + i), positions(values.length), values);
    }
    return List.of(scores.build(), losses.build());
  }

  private void compare() {
    int layer = settings.firstLayer();
    run.compare(
        "steering, semi-NMF against a sparse autoencoder and supervised difference in means",
        "semi-NMF ahead of both on Llama-3.1-8B, Gemma-2-2B and GPT-2, rated by a language model",
        String.format(
            Locale.ROOT,
            "%.2f, %.2f and %.2f nats at KL 0.5 on a character model, measured without a judge",
            Summary.of(figures.means(layer, LayerTrial.SNMF, 0.5)).mean(),
            Summary.of(figures.means(layer, LayerTrial.SAE, 0.5)).mean(),
            Summary.of(figures.means(layer, LayerTrial.DIFF_MEAN, 0.5)).mean()));
    run.compare(
        "features and tokens",
        "100 features of a few thousand tokens, 1 % of the neurons each",
        "%d features of %,d tokens, %.0f %% of the neurons each"
            .formatted(settings.rank(), settings.tokens(), 100 * settings.sparsity()));
  }

  private void features(JsonNode showcase) {
    Report report = run.report();
    report
        .section("Features and their contexts")
        .paragraph(
            "The features that are strongest at most characters, layer %d, first seed. Each line is a place in the text where the feature is strong; the colour is its coefficient."
                .formatted(settings.firstLayer()));
    for (JsonNode node : showcase.get("features")) {
      FeatureSummary summary = FeatureSummary.of(node);
      report.text(summary.coloredText());
      report.details(
          "Neurons and promoted characters of feature " + summary.feature(),
          inner -> {
            Table.Builder neurons =
                Table.titled("").number("neuron", "%d").number("weight", DIGITS);
            summary.neurons().forEach(n -> neurons.row(n.neuron(), n.weight()));
            inner.table(neurons.build());
            inner.paragraph(
                "raises "
                    + String.join(" ", FeatureSummary.quoted(summary.promoted(), 8))
                    + "; its opposite raises "
                    + String.join(" ", FeatureSummary.quoted(summary.suppressed(), 8)));
          });
    }
    JsonNode map = showcase.get("map");
    double[][] values =
        StreamSupport.stream(map.get("rows").spliterator(), false)
            .map(StudyPages::numbers)
            .toArray(double[][]::new);
    report.charts(
        Chart.heatMap(
                "Coefficients over a piece of text, each feature scaled to its largest", values)
            .rows(texts(map.get("labels")))
            .columns(FeatureSummary.quoted(texts(map.get("tokens")), Integer.MAX_VALUE))
            .y("feature")
            .x("text")
            .scale("share of the largest coefficient")
            .build());
  }

  private void steered(JsonNode showcase) {
    Table.Builder table =
        Table.titled(
                "\"%s\" continued, pushed as far as KL 0.5; concept and fluency from 0 to 2"
                    .formatted(Showcase.PROMPT))
            .text("feature")
            .text("direction")
            .text("text")
            .number("concept", "%.2f")
            .number("fluency", "%.2f")
            .number("both", "%.2f");
    for (JsonNode node : showcase.get("steered")) {
      table.row(node.get("title").asText(), "none", visible(node.get("before")), null, null, null);
      for (String way : List.of("along", "against")) {
        JsonNode after = node.get(way);
        table.row(
            "",
            String.format(Locale.ROOT, "%s, alpha %.3g", way, node.get("alpha").asDouble()),
            visible(after.get("text")),
            after.get("concept").asDouble(),
            after.get("fluency").asDouble(),
            after.get("score").asDouble());
      }
    }
    run.report()
        .section("Texts before and after steering")
        .paragraph(
            "The same random numbers write each text. Concept: how much of the concept's"
                + " information is in the steered predictions. Fluency: how little the unsteered"
                + " model is surprised by the text. Both stand in for the ratings of a language"
                + " model that the paper uses.")
        .table(table.build());
  }

  private static String visible(JsonNode text) {
    return text.asText().replace("\n", " \u21b5 ");
  }

  private void trees(JsonNode showcase) {
    Report report = run.report();
    report
        .section("Features that merge")
        .paragraph(
            "Semi-NMF applied to its own features, %s in turn. A feature of the last level (level.number) and the finer ones in it, with the characters that express each."
                .formatted(settings.tree()));
    showcase.get("trees").forEach(tree -> report.tree(Showcase.tree(tree)));
  }

  private void model(JsonNode trained, double unigram) {
    double[] steps = numbers(trained.get("steps"));
    double[] level = new double[steps.length];
    java.util.Arrays.fill(level, unigram);
    run.report()
        .section("The language model")
        .charts(
            Chart.xy("Training on " + settings.text())
                .x("step")
                .y("nats per character")
                .line("training", steps, numbers(trained.get("losses")))
                .line("unseen text", steps, numbers(trained.get("valid_losses")))
                .reference("character frequencies", steps, level)
                .build());
  }

  private static double[] positions(int count) {
    return IntStream.rangeClosed(1, count).asDoubleStream().toArray();
  }

  private static double[] numbers(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).isNull() ? Double.NaN : array.get(i).asDouble();
    }
    return values;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(node -> texts.add(node.asText()));
    return texts;
  }
}
