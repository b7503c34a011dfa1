package dev.melange.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.metric.Summary;
import dev.melange.report.Chart;
import dev.melange.report.Table;
import dev.melange.report.Table.Best;
import dev.melange.report.Table.PlusMinus;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Policies of mixing beside one another: one table, one chart. */
final class MixComparison {
  private final List<ImageComparison.Outcome> outcomes;
  private final int batch;

  /**
   * A comparison.
   *
   * @param outcomes by policy, with corrupted accuracies
   * @param batch images per training step
   */
  MixComparison(List<ImageComparison.Outcome> outcomes, int batch) {
    this.outcomes = List.copyOf(outcomes);
    this.batch = batch;
  }

  /** Per cent of correct images under a corruption, or as they are. */
  private static double corrupted(JsonNode result, String name) {
    return 100 * result.get(ImageTrainingRun.CORRUPTED).get(name).asDouble();
  }

  /** Mean over the corruptions, per cent of correct images. */
  private static double corrupted(JsonNode result) {
    double sum = 0;
    for (JsonNode share : result.get(ImageTrainingRun.CORRUPTED)) {
      sum += 100 * share.asDouble();
    }
    return sum / result.get(ImageTrainingRun.CORRUPTED).size();
  }

  private static Summary summary(
      ImageComparison.Outcome outcome, ToDoubleFunction<JsonNode> figure) {
    return Summary.of(outcome.results().stream().mapToDouble(figure).toArray());
  }

  private static Object cell(Summary summary) {
    return summary.count() == 1
        ? (Object) summary.mean()
        : new PlusMinus(summary.mean(), summary.sd());
  }

  private List<String> corruptions() {
    List<String> names = new ArrayList<>();
    outcomes
        .get(0)
        .results()
        .get(0)
        .get(ImageTrainingRun.CORRUPTED)
        .fieldNames()
        .forEachRemaining(names::add);
    return names;
  }

  /** Accuracy, calibration, robustness and time, a row per policy. */
  Table table(String title) {
    Table.Builder table =
        Table.titled(title)
            .text("mixing")
            .number("accuracy (%)", "%.2f", Best.HIGHEST)
            .number("calibration error (%)", "%.2f", Best.LOWEST)
            .number("accuracy, corrupted (%)", "%.2f", Best.HIGHEST);
    corruptions().forEach(name -> table.number(name + " (%)", "%.1f", Best.HIGHEST));
    table.number("seconds per epoch", "%.2f", Best.LOWEST);
    for (ImageComparison.Outcome outcome : outcomes) {
      List<Object> cells = new ArrayList<>();
      cells.add(outcome.label());
      cells.add(cell(summary(outcome, result -> 100 * result.get("accuracy").asDouble())));
      cells.add(cell(summary(outcome, result -> 100 * result.get("ece").asDouble())));
      cells.add(cell(summary(outcome, MixComparison::corrupted)));
      for (String name : corruptions()) {
        cells.add(outcome.mean(result -> corrupted(result, name)));
      }
      cells.add(outcome.mean(this::epochSeconds));
      table.row(cells.toArray());
    }
    return table.build();
  }

  /** Duration of an epoch by that of its steps; NaN if they were not measured. */
  private double epochSeconds(JsonNode result) {
    long steps = Math.max(1, result.get("training_images").asLong() / batch);
    return (double) (steps * batch) / ImageSpeed.trained(result);
  }

  /** Accuracy on the validation images as they are and corrupted, and calibration. */
  Chart chart() {
    return Chart.bars(
            "Accuracy and calibration error",
            outcomes.stream().map(ImageComparison.Outcome::label).toArray(String[]::new))
        .value("per cent, mean and standard deviation over seeds")
        .group(
            "accuracy",
            means(result -> 100 * result.get("accuracy").asDouble()),
            spreads(result -> 100 * result.get("accuracy").asDouble()))
        .group(
            "accuracy, corrupted images",
            means(MixComparison::corrupted),
            spreads(MixComparison::corrupted))
        .group(
            "calibration error",
            means(result -> 100 * result.get("ece").asDouble()),
            spreads(result -> 100 * result.get("ece").asDouble()))
        .horizontal()
        .build();
  }

  private double[] means(ToDoubleFunction<JsonNode> figure) {
    return outcomes.stream().mapToDouble(outcome -> summary(outcome, figure).mean()).toArray();
  }

  private double[] spreads(ToDoubleFunction<JsonNode> figure) {
    return outcomes.stream()
        .map(outcome -> summary(outcome, figure))
        .mapToDouble(summary -> summary.count() == 1 ? 0 : summary.sd())
        .toArray();
  }
}
