package dev.melange.papers.dynamicspectrummixer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.metric.PairedDifference;
import dev.melange.metric.Summary;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Verdict;
import dev.melange.report.Chart;
import dev.melange.report.Table;
import dev.melange.report.XyChart;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * The results on one set of images and what they say.
 *
 * @param name of the images
 * @param trials the trials' results by what mixes, one per seed
 */
record DsmResults(String name, Map<Selection, List<JsonNode>> trials) {
  /** Points of accuracy by which the one has to be ahead of the other. */
  static final double MARGIN = 0.3;

  private static final int SEEDS_FOR_A_VERDICT = 3;

  /** Copies the map. */
  DsmResults {
    trials = new EnumMap<>(trials);
  }

  /** The accuracies in percent, one per seed. */
  double[] accuracies(Selection selection) {
    return trials.get(selection).stream().mapToDouble(t -> t.get("accuracy").asDouble()).toArray();
  }

  private double mean(Selection selection) {
    return Summary.of(accuracies(selection)).mean();
  }

  private long parameters(Selection selection) {
    return trials.get(selection).get(0).get("parameters").asLong();
  }

  int seeds() {
    return trials.get(Selection.DYNAMIC).size();
  }

  Table table() {
    Table.Builder table =
        Table.titled("Test accuracy on " + name)
            .text("mixing")
            .number("parameters", "%,d")
            .number("top-1 (%)", "%.2f", Table.Best.HIGHEST)
            .number("lowest", "%.2f")
            .number("highest", "%.2f");
    for (Selection selection : trials.keySet()) {
      Summary summary = Summary.of(accuracies(selection));
      table.row(
          selection.title(), parameters(selection), summary.mean(), summary.min(), summary.max());
    }
    return table.build();
  }

  Chart curves() {
    XyChart.Builder chart = Chart.xy("Test accuracy on " + name).x("epoch").y("top-1 (%)");
    trials.forEach(
        (selection, seeds) -> {
          double[][] bySeed =
              seeds.stream()
                  .map(
                      trial ->
                          StreamSupport.stream(trial.get("accuracy_by_epoch").spliterator(), false)
                              .mapToDouble(JsonNode::asDouble)
                              .toArray())
                  .toArray(double[][]::new);
          double[] epochs = IntStream.rangeClosed(1, bySeed[0].length).asDoubleStream().toArray();
          chart.seeds(selection.title(), epochs, bySeed);
        });
    return chart.build();
  }

  Chart bars() {
    String[] names = trials.keySet().stream().map(Selection::title).toArray(String[]::new);
    double[] means = trials.keySet().stream().mapToDouble(this::mean).toArray();
    double[] spreads =
        trials.keySet().stream()
            .map(selection -> Summary.of(accuracies(selection)))
            .mapToDouble(summary -> (summary.max() - summary.min()) / 2)
            .toArray();
    return Chart.bars("Test accuracy on %s (bars: range over seeds)".formatted(name), names)
        .value("top-1 (%)")
        .group("accuracy", means, spreads)
        .horizontal()
        .build();
  }

  /** The accuracies in a line. */
  String summary() {
    List<String> parts = new ArrayList<>();
    for (Selection selection : trials.keySet()) {
      parts.add(String.format(Locale.ROOT, "%s: %.2f", selection.title(), mean(selection)));
    }
    return String.join("; ", parts);
  }

  /** Whether selecting bands by image helps. */
  Finding selection(boolean main) {
    return finding(
        "On %s bands selected by image are better than fixed weights of frequencies, by more than %s points."
            .formatted(name, MARGIN),
        Selection.DYNAMIC,
        Selection.STATIC,
        main);
  }

  /** Whether mixing in the frequency domain helps. */
  Finding mixing() {
    return finding(
        "On %s mixing with fixed weights of frequencies is better than no mixing, by more than %s points."
            .formatted(name, MARGIN),
        Selection.STATIC,
        Selection.NONE,
        false);
  }

  /** Small networks trained for minutes can support the claim; they cannot refute it. */
  private Finding finding(String claim, Selection one, Selection other, boolean main) {
    PairedDifference difference = PairedDifference.of(accuracies(one), accuracies(other));
    List<String> reasons = new ArrayList<>();
    reasons.add(
        String.format(
            Locale.ROOT,
            "%s (%,d parameters) %.2f %%, %s (%,d) %.2f %%: %+.2f points, ahead with %d of %d seeds.",
            one.title(),
            parameters(one),
            mean(one),
            other.title(),
            parameters(other),
            mean(other),
            difference.mean(),
            difference.wins(),
            seeds()));
    Verdict verdict = Verdict.DOES_NOT_SHOW;
    if (seeds() < SEEDS_FOR_A_VERDICT) {
      reasons.add(
          "A verdict needs at least %d seeds, this run had %d."
              .formatted(SEEDS_FOR_A_VERDICT, seeds()));
    } else if (difference.mean() > MARGIN) {
      verdict = Verdict.HOLDS;
    }
    return new Finding(claim, verdict, reasons, main);
  }
}
