package dev.melange.papers.mixers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.metric.Summary;
import dev.melange.papers.ModelChoice;
import dev.melange.papers.ModelComparison;
import dev.melange.papers.ModelComparison.Entry;
import dev.melange.papers.ModelCost;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.Verdict;
import dev.melange.report.Chart;
import dev.melange.report.Table;
import dev.melange.report.XyChart;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What the trainings came to.
 *
 * @param settings what was asked for
 * @param images the images
 * @param rows the contenders
 */
record MixersResults(MixersSettings settings, StudyImages images, List<Row> rows) {
  // in standard deviations of single trainings
  private static final double CLEAR = 4;
  private static final double NOTHING = 2;

  /**
   * A contender.
   *
   * @param choice what it is
   * @param name of its trials
   * @param results of its trainings
   */
  record Row(ModelChoice choice, String name, List<ObjectNode> results) {
    double[] accuracies() {
      return results.stream().mapToDouble(result -> result.get("accuracy").asDouble()).toArray();
    }

    ModelCost cost() {
      ObjectNode first = results.get(0);
      return new ModelCost(
          first.get("parameters").asLong(),
          first.get("macs").asLong(),
          first.get("activation_bytes").asLong());
    }
  }

  private ModelComparison comparison() {
    return new ModelComparison(
        rows.stream()
            .map(row -> new Entry(row.choice.text(), row.accuracies(), row.cost()))
            .toList(),
        settings.batch());
  }

  /** Fills the report. */
  void report(StudyRun run) throws IOException {
    ModelComparison comparison = comparison();
    run.report()
        .section("Accuracy and cost on " + images.name())
        .paragraph(
            "%,d training and %,d test images at %d x %d, %d epochs in batches of %d, %d seed%s each. Memory is an estimate for a training step: weights, gradients, both moments of the optimiser, and all that the forward pass of a batch computes."
                .formatted(
                    images.train().size(),
                    images.test().size(),
                    settings.size(),
                    settings.size(),
                    settings.epochs(),
                    settings.batch(),
                    settings.seeds(),
                    settings.seeds() == 1 ? "" : "s"));
    run.result(comparison.table("Test accuracy and cost", false));
    run.report().charts(comparison.charts());
    run.report().section("Learning").charts(curves());
    run.report().section("Speed").table(speeds(run));
  }

  private Chart curves() {
    XyChart.Builder chart = Chart.xy("Training loss").x("epoch").y("cross entropy (nats)");
    for (Row row : rows) {
      double[][] bySeed =
          row.results.stream()
              .map(
                  result ->
                      IntStream.range(0, result.get("loss").size())
                          .mapToDouble(i -> result.get("loss").get(i).asDouble())
                          .toArray())
              .toArray(double[][]::new);
      double[] epochs = IntStream.rangeClosed(1, bySeed[0].length).asDoubleStream().toArray();
      chart.seeds(row.choice.text(), epochs, bySeed);
    }
    return chart.build();
  }

  private Table speeds(StudyRun run) throws IOException {
    Table.Builder table =
        Table.titled("On this machine, trainings side by side, evaluation included")
            .text("model")
            .number("images/s", "%,.0f", Table.Best.HIGHEST);
    for (Row row : rows) {
      double seconds = run.seconds(row.name + "-s" + run.seed());
      table.row(row.choice.text(), (double) images.train().size() * settings.epochs() / seconds);
    }
    return table.build();
  }

  /** The verdicts. */
  List<Finding> findings() {
    return List.of(
        matters(),
        front("parameters", entry -> entry.cost().parameters()),
        front("MACs", entry -> entry.cost().macs()));
  }

  private Finding matters() {
    String claim =
        "Under the same budget the kind of network decides the accuracy more than the seed does.";
    List<Entry> entries = comparison().entries();
    Entry best = entries.stream().max(byAccuracy()).orElseThrow();
    Entry worst = entries.stream().min(byAccuracy()).orElseThrow();
    double range = best.accuracy().mean() - worst.accuracy().mean();
    String found =
        String.format(
            Locale.ROOT,
            "From %s with %.2f %% to %s with %.2f %%: %.2f points.",
            worst.name(),
            worst.accuracy().mean(),
            best.name(),
            best.accuracy().mean(),
            range);
    if (settings.seeds() < 2 || entries.size() < 2) {
      return new Finding(
          claim,
          Verdict.DOES_NOT_SHOW,
          List.of(found, "At least two networks and two seeds are needed for a verdict."),
          true);
    }
    double spread =
        Math.sqrt(
            entries.stream()
                .map(Entry::accuracy)
                .mapToDouble(Summary::variance)
                .average()
                .orElseThrow());
    Verdict verdict =
        range > CLEAR * spread
            ? Verdict.HOLDS
            : range < NOTHING * spread ? Verdict.FAILS : Verdict.DOES_NOT_SHOW;
    return new Finding(
        claim,
        verdict,
        List.of(
            found,
            String.format(
                Locale.ROOT,
                "The standard deviation over seeds is %.2f points, averaged over all networks; the range is %.1f of them (holds above %.0f, fails below %.0f).",
                spread,
                range / spread,
                CLEAR,
                NOTHING)),
        true);
  }

  private static Comparator<Entry> byAccuracy() {
    return Comparator.comparingDouble(entry -> entry.accuracy().mean());
  }

  /** Whether more than one kind of network is worth its cost. */
  private Finding front(String what, ToDoubleFunction<Entry> cost) {
    List<Entry> front = comparison().front(cost);
    List<String> names =
        front.stream()
            .map(
                entry ->
                    String.format(
                        Locale.ROOT, "%s (%.2f %%)", entry.name(), entry.accuracy().mean()))
            .toList();
    return new Finding(
        "No single network is best in accuracy and in " + what + " at once.",
        front.size() > 1 ? Verdict.HOLDS : Verdict.FAILS,
        List.of(
            "Not beaten by any other in accuracy or %s without losing in the other: %s."
                .formatted(what, String.join(", ", names))),
        false);
  }
}
