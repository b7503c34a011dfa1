package dev.melange.papers.mixupneuralcollapse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.nn.ImageModel;
import dev.melange.papers.LastLayer;
import dev.melange.report.Chart;
import dev.melange.report.Report;
import dev.melange.report.Table;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.TensorBatch;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The geometry of a trained classifier's features on images of one's own: how far they have
 * collapsed, where the features of mixed images lie, and whether its probabilities can be trusted.
 */
public final class GeometryInspection {
  private static final int CHECKED = 16;
  private static final int FOR_PLANE = 3;

  /**
   * What to look at.
   *
   * @param classes three classes for the picture; empty for the first three
   * @param mixtures number of mixed pairs, at least 10
   * @param seed of the pairs
   */
  public record Options(int[] classes, int mixtures, long seed) {
    /** Checks the values. */
    public Options {
      classes = classes.clone();
      if (classes.length != 0
          && (classes.length != FOR_PLANE
              || Arrays.stream(classes).distinct().count() != FOR_PLANE)) {
        throw new IllegalArgumentException(
            "the picture shows three different classes, got %d: name three, or none for the first ones"
                .formatted(Arrays.stream(classes).distinct().count()));
      }
      if (mixtures < 10) {
        throw new IllegalArgumentException("mixtures must be at least 10, got " + mixtures);
      }
    }
  }

  private final List<String> names;
  private final ObjectNode json;

  private GeometryInspection(List<String> names, ObjectNode json) {
    this.names = names;
    this.json = json;
  }

  /**
   * Looks at a classifier.
   *
   * @param model a classifier that ends with one linear layer; returns features in the place of
   *     logits afterwards
   * @param train labelled images, of every class: {@code image} and {@code label}
   * @param valid other labelled images, for the calibration
   * @param names the classes' names
   * @throws IllegalArgumentException if the model does not end with one linear layer, or a class
   *     has no images
   */
  public static GeometryInspection of(
      ImageModel model, TensorBatch train, TensorBatch valid, List<String> names, Options options) {
    try (Scope scope = Scope.open()) {
      model.eval();
      FeatureClassifier classifier = classifier(model, train);
      Tensor images = train.get(ImageBatches.IMAGE);
      Tensor labels = train.get(ImageBatches.LABEL);
      Tensor features = classifier.of(images);
      CollapseMetrics collapse = classifier.collapse(features, labels);
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("images", train.size());
      json.put("accuracy", classifier.accuracy(features, labels));
      put(json.putObject("collapse"), collapse);
      Mixtures pairs =
          Mixtures.draw(
              labels.toLongs(),
              IntStream.range(0, names.size()).toArray(),
              options.mixtures(),
              new Rng(options.seed()));
      Tensor mixed = classifier.of(pairs.images(images));
      put(
          json.putObject("mixtures"),
          pairs.geometry(true, mixed, classifier, collapse.classMeans()));
      if (classifier.last().weight().size(1) >= names.size()) {
        UfmFit.Errors errors =
            new UfmFit(classifier.last().weight(), collapse.classMeans()).errors(pairs, mixed);
        json.putObject("unconstrained_features")
            .put("error", errors.ufm())
            .put("error_of_lines", errors.line());
      }
      calibration(json.putObject("validation"), classifier, valid);
      if (names.size() >= FOR_PLANE) {
        int[] classes = options.classes().length == 0 ? new int[] {0, 1, 2} : options.classes();
        json.set(
            "plane",
            PlaneView.of(
                classifier,
                images,
                labels.toLongs(),
                collapse.classMeans(),
                classes,
                Math.min(600, options.mixtures()),
                new Rng(options.seed()).fork(1)));
      }
      return new GeometryInspection(List.copyOf(names), json);
    }
  }

  private static FeatureClassifier classifier(ImageModel model, TensorBatch train) {
    LastLayer last = LastLayer.of(model);
    Tensor some = train.get(ImageBatches.IMAGE).narrow(0, 0, Math.min(CHECKED, train.size()));
    FeatureClassifier whole = new FeatureClassifier(model::forward, last);
    Tensor logits = whole.of(some);
    LastLayer.expose(model);
    FeatureClassifier classifier = new FeatureClassifier(model::forward, last);
    classifier.last().requireExplains(classifier.of(some), logits);
    return classifier;
  }

  private static void put(ObjectNode json, CollapseMetrics metrics) {
    json.put("nc1", metrics.nc1().item());
    json.put("nc2_lengths_of_means", metrics.equinormMeans().item());
    json.put("nc2_lengths_of_weights", metrics.equinormWeights().item());
    json.put("nc2_angles_of_means", metrics.equiangleMeans().item());
    json.put("nc2_angles_of_weights", metrics.equiangleWeights().item());
    json.put("nc3", metrics.nc3().item());
    json.put("nc4", metrics.nc4().item());
  }

  private static void put(ObjectNode json, MixupGeometry geometry) {
    json.put("alignment_within_class", geometry.sameAlignment().item());
    json.put("distance_within_class", geometry.sameInterpDev().item());
    json.put("distance_between_classes", geometry.diffInterpDev().item());
    json.put("cosine_with_boundary", geometry.diffBoundaryCos().item());
  }

  private static void calibration(
      ObjectNode json, FeatureClassifier classifier, TensorBatch valid) {
    Tensor features = classifier.of(valid.get(ImageBatches.IMAGE));
    Tensor labels = valid.get(ImageBatches.LABEL);
    CalibrationReport report = classifier.calibration(features, labels);
    json.put("images", valid.size());
    json.put("accuracy", classifier.accuracy(features, labels));
    json.put("ece", report.calibration().expectedError());
    json.put("mce", report.calibration().maximumError());
    json.put("brier", report.brier());
    json.put("nll", report.nll());
    json.set("reliability", ReliabilityDiagram.json(report.calibration()));
  }

  /** All figures, and the points of the pictures. */
  public ObjectNode toJson() {
    return json.deepCopy();
  }

  /** The figures of the collapse and of mixed features. */
  public Table table() {
    Table.Builder table =
        Table.titled(
                "Features of %,d images, and of mixtures of them"
                    .formatted(json.get("images").asInt()))
            .text("figure")
            .number("value", "%.4f")
            .text("meaning");
    var collapse = json.get("collapse");
    table.row(
        "NC1",
        collapse.get("nc1").asDouble(),
        "variance within classes to that between them; 0: collapsed");
    table.row(
        "NC2, lengths",
        collapse.get("nc2_lengths_of_means").asDouble(),
        "spread of the class means' lengths; 0: all alike");
    table.row(
        "NC2, angles",
        collapse.get("nc2_angles_of_means").asDouble(),
        "spread of the angles between class means; 0: a simplex");
    table.row(
        "NC3",
        collapse.get("nc3").asDouble(),
        "class means against the classifier; 0: the same directions");
    table.row(
        "NC4",
        collapse.get("nc4").asDouble(),
        "share classified otherwise than by the nearest class mean");
    var mixed = json.get("mixtures");
    table.row(
        "alignment",
        mixed.get("alignment_within_class").asDouble(),
        "mixtures within a class with its classifier row; 1: aligned");
    table.row(
        "distance, one class",
        mixed.get("distance_within_class").asDouble(),
        "of mixtures within a class from the class mean");
    table.row(
        "distance, two classes",
        mixed.get("distance_between_classes").asDouble(),
        "of mixtures of two classes from the line between the means");
    table.row(
        "boundary",
        mixed.get("cosine_with_boundary").asDouble(),
        "mixtures of two classes with the sum of both rows");
    if (json.has("unconstrained_features")) {
      var ufm = json.get("unconstrained_features");
      table.row(
          "model's error",
          ufm.get("error").asDouble(),
          "of the unconstrained features model's prediction");
      table.row(
          "lines' error",
          ufm.get("error_of_lines").asDouble(),
          "of straight lines between the class means");
    }
    return table.build();
  }

  /** One sentence on accuracy and calibration. */
  public String summary() {
    var valid = json.get("validation");
    return String.format(
        Locale.ROOT,
        "%.1f %% of %,d validation images classified rightly, calibration error %.2f %%; NC1 %.3f",
        100 * valid.get("accuracy").asDouble(),
        valid.get("images").asInt(),
        100 * valid.get("ece").asDouble(),
        json.get("collapse").get("nc1").asDouble());
  }

  /**
   * The report.
   *
   * @param model what was looked at
   * @param data the images
   */
  public Report report(String model, String data) {
    Report report = new Report("The features of " + model);
    report.subtitle("Images of " + data + ": " + summary() + ".");
    report.table(table());
    if (json.has("plane")) {
      report
          .section("Mixtures of three classes")
          .paragraph(
              "Features of mixed images in the plane of three classes' classifier rows (dashed from the middle on the left). Networks trained with mixup keep mixtures within a class along the class's row and bend those of two classes along the boundary; dashed curves on the right: what the unconstrained features model predicts for such a training.")
          .charts(PlaneView.charts(model, json.get("plane"), names));
    } else {
      report.paragraph("The picture of mixed features needs three classes; there are two.");
    }
    var diagram = ReliabilityDiagram.axes(Chart.xy("Reliability on the validation images"));
    ReliabilityDiagram.add(diagram, model, json.get("validation").get("reliability"));
    report.section("Calibration").charts(diagram.build());
    return report;
  }
}
