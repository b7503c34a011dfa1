package dev.melange.papers.mambamixer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.metric.PairedDifference;
import dev.melange.metric.Summary;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Verdict;
import dev.melange.report.Chart;
import dev.melange.report.Table;
import dev.melange.report.XyChart;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/** The results of networks that were trained alike with the same seeds. */
final class Contest {
  private static final int SEEDS_FOR_A_VERDICT = 3;

  private final String metric;
  private final String format;
  private final boolean highest;
  private final Map<String, List<JsonNode>> trials = new LinkedHashMap<>();

  /**
   * A contest.
   *
   * @param metric what decides it, also the key in the trials' results
   * @param format of its values
   * @param highest whether more is better
   */
  Contest(String metric, String format, boolean highest) {
    this.metric = metric;
    this.format = format;
    this.highest = highest;
  }

  /** Adds a trial of a network. */
  void add(String title, JsonNode result) {
    trials.computeIfAbsent(title, key -> new ArrayList<>()).add(result);
  }

  /** The values of a network, one per seed. */
  double[] values(String title) {
    return trials.get(title).stream().mapToDouble(json -> json.get(metric).asDouble()).toArray();
  }

  /** The mean of a network. */
  double mean(String title) {
    return Summary.of(values(title)).mean();
  }

  /** All networks with their means and spreads. */
  String describe() {
    List<String> parts = new ArrayList<>();
    trials.keySet().forEach(title -> parts.add(title + ": " + text(mean(title))));
    return String.join("; ", parts);
  }

  private String text(double value) {
    return String.format(Locale.ROOT, format, value);
  }

  /** Sizes and values. */
  Table table(String title, String network) {
    Table.Best best = highest ? Table.Best.HIGHEST : Table.Best.LOWEST;
    Table.Builder table =
        Table.titled(title)
            .text(network)
            .number("parameters", "%,d")
            .number(metric.replace('_', ' '), format, best);
    trials.forEach(
        (name, results) -> {
          Summary summary = Summary.of(values(name));
          JsonNode parameters = results.get(0).get("parameters");
          table.row(
              name,
              parameters == null ? null : parameters.asLong(),
              results.size() == 1
                  ? (Object) summary.mean()
                  : new Table.PlusMinus(summary.mean(), summary.sd()));
        });
    return table.build();
  }

  /** The metric, by epoch, of all networks that have it. */
  Chart curves(String title) {
    String key = metric + "_by_epoch";
    XyChart.Builder chart = Chart.xy(title).x("epoch").y(metric.replace('_', ' '));
    trials.forEach(
        (name, results) -> {
          if (results.get(0).has(key)) {
            double[][] bySeed =
                results.stream().map(json -> doubles(json.get(key))).toArray(double[][]::new);
            double[] epochs = IntStream.rangeClosed(1, bySeed[0].length).asDoubleStream().toArray();
            chart.seeds(name, epochs, bySeed);
          }
        });
    return chart.build();
  }

  /** The numbers of an array. */
  static double[] doubles(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  /**
   * Whether a network is ahead of another one by more than the spread of the differences over the
   * seeds.
   *
   * @param claim the sentence that would then hold
   */
  Finding ahead(String claim, String title, String other, boolean main) {
    double[] ours = values(title);
    PairedDifference difference = PairedDifference.of(ours, values(other));
    double gain = highest ? difference.mean() : -difference.mean();
    boolean enough = ours.length >= SEEDS_FOR_A_VERDICT;
    Verdict verdict =
        !enough || !(Math.abs(gain) > difference.sd())
            ? Verdict.DOES_NOT_SHOW
            : gain > 0 ? Verdict.HOLDS : Verdict.FAILS;
    List<String> reasons = new ArrayList<>();
    reasons.add(
        "%s %s against %s for %s, a difference of %s with a standard deviation of %s over %d seeds."
            .formatted(
                title,
                text(mean(title)),
                text(mean(other)),
                other,
                text(difference.mean()),
                ours.length < 2 ? "unknown size" : text(difference.sd()),
                ours.length));
    if (!enough) {
      reasons.add(
          "A verdict needs at least %d seeds, this run had %d."
              .formatted(SEEDS_FOR_A_VERDICT, ours.length));
    }
    return new Finding(claim, verdict, reasons, main);
  }

  /** Whether the mean of a network is below that of another one. */
  Finding below(String claim, String title, String other, boolean main) {
    boolean enough = values(title).length >= SEEDS_FOR_A_VERDICT;
    Verdict verdict =
        !enough ? Verdict.DOES_NOT_SHOW : mean(title) < mean(other) ? Verdict.HOLDS : Verdict.FAILS;
    String reason =
        "%s %s against %s for %s, means of %d seed%s."
            .formatted(
                title,
                text(mean(title)),
                text(mean(other)),
                other,
                values(title).length,
                values(title).length == 1 ? "" : "s");
    return new Finding(claim, verdict, List.of(reason), main);
  }
}
