package dev.melange.papers.mixupneuralcollapse;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.mixupneuralcollapse.CollapseSettings.Arena;
import dev.melange.papers.mixupneuralcollapse.CollapseTrial.Way;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.TrialResults;
import dev.melange.report.Chart;
import dev.melange.report.Table;
import dev.melange.report.XyChart;
import dev.melange.tensor.DType;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Tables and pictures of the study, from the trials' results. */
final class CollapseReport {
  private static final double[] REGULARISERS = {0.3, 0.03, 0.003};
  private static final int CURVE_POINTS = 101;

  private final StudyRun run;
  private final CollapseSettings settings;
  private final TrialResults trials;

  CollapseReport(StudyRun run, CollapseSettings settings, TrialResults trials) {
    this.run = run;
    this.settings = settings;
    this.trials = trials;
  }

  void write(List<String> smallClasses, List<String> imageClasses) {
    comparisons();
    arena(
        "Digits, a fully connected network",
        CollapseStudy.SMALL,
        settings.small(),
        List.of(Way.values()),
        smallClasses);
    arena(
        settings.images().data() + ", a ResNet",
        CollapseStudy.IMAGES,
        settings.images(),
        CollapseStudy.IMAGE_WAYS,
        imageClasses);
    run.report()
        .section("The unconstrained features model")
        .paragraph(
            "If features could be chosen freely, with a little weight on their length and a simplex as the classifier, the best features of a mixture of two classes have a closed form. Shown is how far they go towards each of the two classes' classifier rows, relative to the feature of a pure image. With the cross entropy they leave a pure class quickly and follow the boundary, the more so the weaker the regulariser; with the squared error they are on the straight line.")
        .charts(ufm());
  }

  private void comparisons() {
    String mixup = CollapseStudy.SMALL + Way.MIXUP.key();
    String plain = CollapseStudy.SMALL + Way.PLAIN.key();
    run.compare(
        "mixtures within a class and the classifier",
        "aligned; no figures in the abstract",
        String.format(
            Locale.ROOT,
            "mean cosine %.3f (cross entropy %.3f)",
            trials.mean(mixup, "same_alignment"),
            trials.mean(plain, "same_alignment")));
    run.compare(
        "mixtures of two classes, distance from the line between the class means",
        "bent along the decision boundary; straight with the squared error",
        String.format(
            Locale.ROOT,
            "%.3f, with the squared error %.3f",
            trials.mean(mixup, "diff_interp_dev"),
            trials.mean(CollapseStudy.SMALL + Way.SQUARED.key(), "diff_interp_dev")));
    run.compare(
        "calibration error (%), mixup and cross entropy",
        "better with mixup",
        String.format(
            Locale.ROOT,
            "%.2f and %.2f on the digits; %.2f and %.2f on %s",
            trials.mean(mixup, "ece"),
            trials.mean(plain, "ece"),
            trials.mean(CollapseStudy.IMAGES + Way.MIXUP.key(), "ece"),
            trials.mean(CollapseStudy.IMAGES + Way.PLAIN.key(), "ece"),
            settings.images().data()));
  }

  private void arena(
      String heading, String prefix, Arena arena, List<Way> ways, List<String> classes) {
    run.report().section(heading);
    checks(prefix, ways, classes.size());
    run.result(accuracies(heading, prefix, ways));
    run.result(collapse(heading, prefix, ways));
    run.result(geometry(heading, prefix, ways));
    run.report()
        .paragraph(
            "Alignment: cosine of features of mixtures within a class and the class's classifier row. Distances from the line between the class means are relative to the class means' length; boundary: cosine of features of two classes' mixtures and the sum of both rows. All in the directions that the classifier sees. Model and lines: errors of the unconstrained features model's prediction and of straight lines, relative to the features' length.");
    List<Chart> curves = new ArrayList<>();
    for (String metric : CollapseTrial.METRICS) {
      curves.add(curve(prefix, metric, ways));
    }
    run.report().charts(curves);
    run.report().charts(reliability(prefix, ways));
    run.report()
        .paragraph(
            "The features of mixtures of three classes, in the plane of these classes' classifier rows (dashed from the middle in the left panels); dashed curves: the unconstrained features model.");
    for (Way way : ways) {
      run.report()
          .charts(
              PlaneView.charts(
                  way.title(), trials.first(prefix + way.key()).get("plane"), classes));
    }
    run.report()
        .paragraph(
            "%,d training images of %d pixels, %d epochs, weight decay %s."
                .formatted(
                    arena.train_images(), arena.side(), arena.epochs(), arena.weight_decay()));
  }

  private void checks(String prefix, List<Way> ways, int classes) {
    for (Way way : ways) {
      ObjectNode result = trials.first(prefix + way.key());
      double accuracy = result.get("accuracy").asDouble();
      double chance = 100.0 / classes;
      run.check(
          String.format(
              Locale.ROOT,
              "%s%s: test accuracy %.1f %%, by chance %.1f %%.",
              prefix,
              way.key(),
              accuracy,
              chance),
          accuracy > 1.2 * chance);
    }
  }

  private Table accuracies(String heading, String prefix, List<Way> ways) {
    Table.Builder table =
        Table.titled(heading + ": accuracy and calibration")
            .text("training")
            .number("seeds", "%d")
            .number("test accuracy (%)", "%.2f", Table.Best.HIGHEST)
            .number("calibration error (%)", "%.2f", Table.Best.LOWEST)
            .number("Brier score", "%.3f", Table.Best.LOWEST)
            .number("log loss", "%.3f", Table.Best.LOWEST);
    for (Way way : ways) {
      String name = prefix + way.key();
      // the squared error's outputs are no logits
      boolean squared = way == Way.SQUARED;
      table.row(
          way.title(),
          trials.of(name).size(),
          trials.cell(name, "accuracy"),
          squared ? null : trials.cell(name, "ece"),
          squared ? null : trials.cell(name, "brier"),
          squared ? null : trials.cell(name, "nll"));
    }
    return table.build();
  }

  private Table collapse(String heading, String prefix, List<Way> ways) {
    Table.Builder table =
        Table.titled(heading + ": collapse of unmixed training features")
            .text("training")
            .number("NC1", "%.3f")
            .number("NC2, lengths", "%.3f")
            .number("NC2, angles", "%.3f")
            .number("NC3", "%.3f")
            .number("NC4", "%.4f");
    for (Way way : ways) {
      String name = prefix + way.key();
      table.row(
          way.title(),
          trials.cell(name, "nc1"),
          trials.cell(name, "equinorm"),
          trials.cell(name, "equiangle"),
          trials.cell(name, "nc3"),
          trials.cell(name, "nc4"));
    }
    return table.build();
  }

  private Table geometry(String heading, String prefix, List<Way> ways) {
    Table.Builder table =
        Table.titled(heading + ": features of mixtures")
            .text("training")
            .number("alignment", "%.3f")
            .number("distance, one class", "%.3f")
            .number("distance, two classes", "%.3f")
            .number("boundary", "%.3f")
            .number("model", "%.3f")
            .number("lines", "%.3f");
    for (Way way : ways) {
      String name = prefix + way.key();
      table.row(
          way.title(),
          trials.cell(name, "same_alignment"),
          trials.cell(name, "same_interp_dev"),
          trials.cell(name, "diff_interp_dev"),
          trials.cell(name, "diff_boundary_cos"),
          trials.cell(name, "ufm_error"),
          trials.cell(name, "line_error"));
    }
    return table.build();
  }

  private Chart curve(String prefix, String metric, List<Way> ways) {
    XyChart.Builder chart = Chart.xy(title(metric)).x("epoch").y(title(metric));
    for (Way way : ways) {
      trials.addCurves(chart, way.title(), prefix + way.key(), metric);
    }
    return metric.equals("nc1") ? chart.logY().build() : chart.build();
  }

  private static String title(String metric) {
    return switch (metric) {
      case "nc1" -> "NC1: variance within classes";
      case "equinorm" -> "NC2: spread of the class means' lengths";
      case "equiangle" -> "NC2: spread of the class means' angles";
      case "nc3" -> "NC3: class means against classifier";
      case "nc4" -> "NC4: not the nearest class mean";
      case "train_error" -> "training error";
      default -> "test error";
    };
  }

  private Chart reliability(String prefix, List<Way> ways) {
    XyChart.Builder chart = ReliabilityDiagram.axes(Chart.xy("Reliability on test images"));
    for (Way way : ways) {
      if (way != Way.SQUARED) {
        ReliabilityDiagram.add(
            chart, way.title(), trials.first(prefix + way.key()).get("reliability"));
      }
    }
    return chart.build();
  }

  /** Optimal features of mixtures of two of three classes, by their part along both rows. */
  private static Chart ufm() {
    XyChart.Builder chart =
        Chart.xy("Optimal features of mixtures of two classes")
            .x("along the first class's row")
            .y("along the second class's row");
    for (double reg : REGULARISERS) {
      add(chart, "cross entropy, regulariser " + reg, reg, "ce");
    }
    add(chart, "squared error", REGULARISERS[1], "mse");
    return chart.build();
  }

  private static void add(XyChart.Builder chart, String name, double reg, String loss) {
    try (Scope scope = Scope.open()) {
      Tensor lam = Tensor.linspace(0, 1, CURVE_POINTS, DType.F64);
      UnconstrainedFeatures solved =
          UnconstrainedFeatures.solve(
              new UnconstrainedFeatures.Config(3, 1, reg, loss),
              lam,
              Tensor.full(0, CURVE_POINTS).to(DType.I64),
              Tensor.full(1, CURVE_POINTS).to(DType.I64),
              Tensor.eye(3, DType.F64));
      double[] z = solved.logits().toDoubles();
      double end = z[3 * (CURVE_POINTS - 1)];
      double[] x = new double[CURVE_POINTS];
      double[] y = new double[CURVE_POINTS];
      Arrays.setAll(x, i -> z[3 * i] / end);
      Arrays.setAll(y, i -> z[3 * i + 1] / end);
      chart.line(name, x, y);
    }
  }
}
