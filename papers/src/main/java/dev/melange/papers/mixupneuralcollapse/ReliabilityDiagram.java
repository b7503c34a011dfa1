package dev.melange.papers.mixupneuralcollapse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.metric.Calibration;
import dev.melange.papers.study.TrialResults;
import dev.melange.report.XyChart;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Accuracy over confidence, bin by bin: on the diagonal where a classifier can be trusted. */
final class ReliabilityDiagram {
  private ReliabilityDiagram() {}

  /** The bins that hold samples, as they are stored. */
  static ObjectNode json(Calibration calibration) {
    List<Calibration.Bin> filled =
        calibration.bins().stream().filter(bin -> bin.count() > 0).toList();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("confidence", TrialResults.array(values(filled, Calibration.Bin::confidence)));
    json.set("accuracy", TrialResults.array(values(filled, Calibration.Bin::accuracy)));
    json.set("count", TrialResults.array(values(filled, Calibration.Bin::count)));
    return json;
  }

  private static double[] values(
      List<Calibration.Bin> bins, ToDoubleFunction<Calibration.Bin> value) {
    return bins.stream().mapToDouble(value).toArray();
  }

  /** Adds a classifier to a diagram. */
  static void add(XyChart.Builder chart, String name, JsonNode bins) {
    chart.line(
        name,
        TrialResults.numbers(bins.get("confidence")),
        TrialResults.numbers(bins.get("accuracy")));
  }

  /** Titles and the diagonal of an empty diagram. */
  static XyChart.Builder axes(XyChart.Builder chart) {
    double[] ends = {0, 1};
    return chart
        .x("confidence")
        .y("accuracy")
        .xRange(0, 1)
        .yRange(0, 1)
        .reference("calibrated", ends, ends);
  }
}
