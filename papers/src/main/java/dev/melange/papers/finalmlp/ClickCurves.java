package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.metric.BinaryRanking;
import dev.melange.metric.Calibration;
import dev.melange.report.Chart;
import dev.melange.report.XyChart;
import java.util.List;

/**
 * What is drawn of a model's predictions: two lines as x and y values each.
 *
 * @param roc false and true positive rate, at most 201 points
 * @param calibration mean probability and share of positives of the bins of 20 rows or more (a
 *     fiftieth of all rows if that is less)
 */
record ClickCurves(double[][] roc, double[][] calibration) {
  private static final int MOST_POINTS = 201;
  // A rate of fewer rows says nothing; small tables have no larger bins.
  private static final int FEW_ROWS = 20;

  static ClickCurves of(double[] labels, double[] probabilities) {
    List<BinaryRanking.RocPoint> all = BinaryRanking.rocCurve(labels, probabilities);
    int count = Math.min(all.size(), MOST_POINTS);
    double[][] roc = new double[2][count];
    for (int i = 0; i < count; i++) {
      BinaryRanking.RocPoint point =
          all.get((int) ((long) i * (all.size() - 1) / Math.max(1, count - 1)));
      roc[0][i] = point.falsePositiveRate();
      roc[1][i] = point.truePositiveRate();
    }
    int least = Math.max(1, Math.min(FEW_ROWS, labels.length / 50));
    List<Calibration.Bin> bins =
        Calibration.ofPositives(probabilities, labels, Calibration.DEFAULT_BINS).bins().stream()
            .filter(bin -> bin.count() >= least)
            .toList();
    double[][] calibration = {
      bins.stream().mapToDouble(Calibration.Bin::confidence).toArray(),
      bins.stream().mapToDouble(Calibration.Bin::accuracy).toArray()
    };
    return new ClickCurves(roc, calibration);
  }

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("roc", write(roc));
    json.set("calibration", write(calibration));
    return json;
  }

  static ClickCurves read(JsonNode json) {
    return new ClickCurves(read2(json.path("roc")), read2(json.path("calibration")));
  }

  private static ArrayNode write(double[][] lines) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (double[] line : lines) {
      ArrayNode inner = array.addArray();
      for (double value : line) {
        inner.add(value);
      }
    }
    return array;
  }

  private static double[][] read2(JsonNode json) {
    return new double[][] {doubles(json.path(0)), doubles(json.path(1))};
  }

  static double[] doubles(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).doubleValue();
    }
    return values;
  }

  /** ROC curves of several models over one another. */
  static Chart rocChart(List<String> names, List<ClickCurves> models) {
    XyChart.Builder chart =
        Chart.xy("ROC curves on the test rows")
            .x("false positive rate")
            .y("true positive rate")
            .xRange(0, 1)
            .yRange(0, 1);
    for (int i = 0; i < names.size(); i++) {
      chart.line(names.get(i), models.get(i).roc[0], models.get(i).roc[1]);
    }
    return chart.reference("chance", new double[] {0, 1}, new double[] {0, 1}).build();
  }

  /** Predicted against observed rates of several models. */
  static Chart calibrationChart(List<String> names, List<ClickCurves> models) {
    XyChart.Builder chart =
        Chart.xy("Calibration on the test rows")
            .x("predicted probability")
            .y("share of positives")
            .xRange(0, 1)
            .yRange(0, 1);
    for (int i = 0; i < names.size(); i++) {
      chart.line(names.get(i), models.get(i).calibration[0], models.get(i).calibration[1]);
    }
    return chart.reference("ideal", new double[] {0, 1}, new double[] {0, 1}).build();
  }

  /** The mean gate of each field in the two streams. */
  static Chart gateChart(List<String> fields, List<double[]> gates) {
    return Chart.bars("What the gates let through", fields.toArray(String[]::new))
        .value("mean gate (1: as it is)")
        .group("stream 1", gates.get(0))
        .group("stream 2", gates.get(1))
        .horizontal()
        .build();
  }
}
