package dev.melange.papers.mixupneuralcollapse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.study.TrialResults;
import dev.melange.report.Chart;
import dev.melange.report.XyChart;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The features of mixtures of three classes in the plane of the classifier's rows of these classes,
 * as the paper draws them: mixtures within a class and mixtures of two classes, beside the rows and
 * what the unconstrained features model predicts.
 */
final class PlaneView {
  private static final int CURVE_POINTS = 41;

  private PlaneView() {}

  /**
   * Projects mixed features.
   *
   * @param classifier a trained classifier
   * @param images unmixed images
   * @param labels their classes
   * @param classMeans of all unmixed features [K, d]
   * @param classes the three classes
   * @param count number of mixtures
   */
  static ObjectNode of(
      FeatureClassifier classifier,
      Tensor images,
      long[] labels,
      Tensor classMeans,
      int[] classes,
      int count,
      Rng rng) {
    Mixtures mixtures = Mixtures.draw(labels, classes, count, rng);
    Tensor chosen = Tensor.of(IntStream.of(classes).asLongStream().toArray());
    Tensor weight = classifier.last().weight();
    ClassifierPlane plane =
        ClassifierPlane.of(classifier.of(mixtures.images(images)), weight.indexSelect(0, chosen));
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode names = json.putArray("classes");
    IntStream.of(classes).forEach(names::add);
    double[] centre = classMeans.meanKeep(0).matmul(plane.basis()).toDoubles();
    json.set("centre", TrialResults.array(centre));
    put(json.putObject("rows"), plane.weightCoords());
    double[] xy = plane.coords().toDoubles();
    long[] a = mixtures.labelsA().toLongs();
    long[] b = mixtures.labelsB().toLongs();
    ArrayNode same = json.putArray("same");
    for (int c : classes) {
      points(same.addObject().put("a", c).put("b", c), xy, a, b);
    }
    ArrayNode different = json.putArray("different");
    ArrayNode curves = json.putArray("ufm");
    UfmFit fit = weight.size(1) < weight.size(0) ? null : new UfmFit(weight, classMeans);
    for (int i = 0; i < classes.length; i++) {
      int c = classes[i];
      int d = classes[(i + 1) % classes.length];
      points(different.addObject().put("a", c).put("b", d), xy, a, b);
      if (fit != null) {
        Tensor lam = Tensor.linspace(0, 1, CURVE_POINTS, DType.F64);
        Tensor predicted = fit.placed(lam, all(c), all(d)).matmul(plane.basis());
        put(curves.addObject().put("a", c).put("b", d), predicted);
      }
    }
    return json;
  }

  private static Tensor all(int label) {
    return Tensor.full(label, CURVE_POINTS).to(DType.I64);
  }

  private static void put(ObjectNode json, Tensor coords) {
    json.set("x", TrialResults.array(coords.select(1, 0).toDoubles()));
    json.set("y", TrialResults.array(coords.select(1, 1).toDoubles()));
  }

  private static void points(ObjectNode json, double[] xy, long[] a, long[] b) {
    int first = json.get("a").asInt();
    int second = json.get("b").asInt();
    ArrayNode xs = json.putArray("x");
    ArrayNode ys = json.putArray("y");
    for (int i = 0; i < a.length; i++) {
      if ((a[i] == first && b[i] == second) || (a[i] == second && b[i] == first)) {
        xs.add(xy[2 * i]);
        ys.add(xy[2 * i + 1]);
      }
    }
  }

  /**
   * The two panels.
   *
   * @param title what was trained
   * @param view what {@link #of} gave
   * @param names of all classes
   */
  static List<Chart> charts(String title, JsonNode view, List<String> names) {
    XyChart.Builder same = panel(title + ": mixtures within a class");
    XyChart.Builder different = panel(title + ": mixtures of two classes");
    for (JsonNode group : view.get("same")) {
      same.points(names.get(group.get("a").asInt()), xs(group), ys(group));
    }
    for (JsonNode group : view.get("different")) {
      different.points(
          names.get(group.get("a").asInt()) + " and " + names.get(group.get("b").asInt()),
          xs(group),
          ys(group));
    }
    for (JsonNode curve : view.get("ufm")) {
      different.reference("", xs(curve), ys(curve));
    }
    rows(same, view);
    return List.of(same.build(), different.build());
  }

  private static XyChart.Builder panel(String title) {
    return Chart.xy(title).x("first direction").y("second direction");
  }

  /** The classifier's rows as dashed lines from the middle, as long as the farthest point. */
  private static void rows(XyChart.Builder chart, JsonNode view) {
    double[] centre = TrialResults.numbers(view.get("centre"));
    double[] x = xs(view.get("rows"));
    double[] y = ys(view.get("rows"));
    double longest =
        IntStream.range(0, x.length).mapToDouble(i -> Math.hypot(x[i], y[i])).max().orElseThrow();
    double reach = reach(view.get("same"), centre);
    for (int i = 0; i < x.length; i++) {
      chart.reference(
          "",
          new double[] {centre[0], centre[0] + x[i] / longest * reach},
          new double[] {centre[1], centre[1] + y[i] / longest * reach});
    }
  }

  private static double reach(JsonNode groups, double[] centre) {
    double reach = 0;
    for (JsonNode group : groups) {
      double[] x = xs(group);
      double[] y = ys(group);
      for (int i = 0; i < x.length; i++) {
        reach = Math.max(reach, Math.hypot(x[i] - centre[0], y[i] - centre[1]));
      }
    }
    return reach;
  }

  private static double[] xs(JsonNode group) {
    return TrialResults.numbers(group.get("x"));
  }

  private static double[] ys(JsonNode group) {
    return TrialResults.numbers(group.get("y"));
  }
}
