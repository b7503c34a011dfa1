package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.metric.Summary;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyRun;
import dev.melange.report.Chart;
import dev.melange.report.Report;
import dev.melange.report.Table;
import dev.melange.report.XyChart;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Do two plain MLPs, gated and fused bilinearly, rank clicks better than models with explicit
 * feature interactions (tables 2 to 4 of the paper)?
 */
final class FinalMlpStudy implements Study {
  private static final List<String> ALL =
      List.of("deepfm", "dcnv2", "finalmlp", "finalmlp-ungated", "dualmlp");

  @Override
  public String question() {
    return "Do two plain MLPs over the same embeddings, gated and fused bilinearly, rank clicks"
        + " better than models with explicit feature interactions?";
  }

  @Override
  public FinalMlpSettings settings(Scale scale) {
    return switch (scale) {
      case SMOKE -> new FinalMlpSettings("us-flights", 6000, ALL, 1, 128, 2e-3, 4, 2, 5e-4, 1);
      case QUICK -> new FinalMlpSettings("frappe", 0, ALL, 5, 1024, 1e-3, 25, 2, 5e-4, 1);
      // The published settings; the training file of the published results is not to be had.
      case FULL -> new FinalMlpSettings("frappe", 0, ALL, 10, 4096, 1e-3, 100, 2, 0.05, 1);
    };
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    FinalMlpSettings settings = run.settings(FinalMlpSettings.class);
    run.expect(settings.seeds());
    StudyRows rows = StudyRows.read(settings, run.data());
    List<ObjectNode> repetitions = new ArrayList<>();
    for (int i = 0; i < settings.seeds(); i++) {
      repetitions.add(
          run.trial("all-models", i, trial -> new FinalMlpTrial(settings, rows, trial).run()));
    }
    FinalMlpResults results = new FinalMlpResults(settings.models(), repetitions);
    report(run, settings, rows, results);
    check(run, results);
    return results.findings();
  }

  private static void check(StudyRun run, FinalMlpResults results) {
    for (String model : results.models()) {
      double[] losses = ClickCurves.doubles(results.first(model).get("loss_by_epoch"));
      double first = losses[0];
      double last = losses[losses.length - 1];
      run.check(
          String.format(
              Locale.ROOT,
              "%s learns: training loss %.4f in the first epoch, %.4f in the last.",
              Architecture.of(model).title(),
              first,
              last),
          last < first);
      double auc = results.summary(model, "auc").min();
      run.check(
          String.format(
              Locale.ROOT,
              "%s is better than chance: test AUC at least %.4f.",
              Architecture.of(model).title(),
              auc),
          auc > 0.5);
    }
  }

  // ---- report ----

  private static void report(
      StudyRun run, FinalMlpSettings settings, StudyRows rows, FinalMlpResults results) {
    Report report = run.report();
    report.section("Results");
    run.result(scores(rows, results));
    report.paragraph("gAUC: AUC among the rows of one user. ECE: expected calibration error.");
    List<String> titles =
        results.models().stream().map(model -> Architecture.of(model).title()).toList();
    report.charts(bars(results, titles), learning(results));
    List<ClickCurves> curves =
        results.models().stream().map(model -> ClickCurves.read(results.first(model))).toList();
    report.paragraph("Of the first seed:");
    report.charts(
        ClickCurves.rocChart(titles, curves), ClickCurves.calibrationChart(titles, curves));
    report.section("What the gates let through");
    report.paragraph(
        ("Each stream of FinalMLP has a gate on every component of every embedding; 1 lets it"
                + " through as it is, 2 doubles it, 0 shuts it out. The first gate sees the field %s,"
                + " the second %s. Means over the test rows and all seeds.")
            .formatted(rows.contexts().get(0), rows.contexts().get(1)));
    List<String> fields = Feature.of(rows.train().encoder()).stream().map(Feature::name).toList();
    report.charts(ClickCurves.gateChart(fields, gates(results, fields.size())));
    if (settings.data().equals("frappe")) {
      report.paragraph(
          ("The published results come from 202,027 training rows that are not to be had; here are"
                  + " %,d. FinalMLP has the widths, batch norm and dropout published for Frappe, the"
                  + " others their published widths and the same dropout; all have the same steps"
                  + " and the same rule to stop.")
              .formatted(rows.train().size()));
    }
    compare(run, settings, rows, results);
  }

  private static Table scores(StudyRows rows, FinalMlpResults results) {
    Table.Builder table =
        Table.titled(
                "%,d test rows, mean and standard deviation over %d seed%s"
                    .formatted(
                        rows.test().size(),
                        results.repetitions().size(),
                        results.repetitions().size() == 1 ? "" : "s"))
            .text("model")
            .number("AUC", "%.4f", Table.Best.HIGHEST)
            .number("logloss", "%.3f", Table.Best.LOWEST)
            .number("gAUC", "%.4f", Table.Best.HIGHEST)
            .number("ECE", "%.3f", Table.Best.LOWEST)
            .number("epochs", "%.1f")
            .number("params", "%,d");
    for (String model : results.models()) {
      table.row(
          Architecture.of(model).title(),
          spread(results.summary(model, "auc")),
          spread(results.summary(model, "logloss")),
          spread(results.summary(model, "gauc")),
          spread(results.summary(model, "ece")),
          results.summary(model, "epochs").mean(),
          results.first(model).get("parameters").longValue());
    }
    return table.build();
  }

  private static Table.PlusMinus spread(Summary summary) {
    return new Table.PlusMinus(summary.mean(), summary.sd());
  }

  /** Points, not bars: the axis of AUC cannot start at zero and show differences of 0.001. */
  private static Chart bars(FinalMlpResults results, List<String> titles) {
    XyChart.Builder chart = Chart.xy("Test AUC by seed").x("seed").y("AUC");
    for (int m = 0; m < titles.size(); m++) {
      double[] auc = results.of(results.models().get(m), "auc");
      double[] seeds = new double[auc.length];
      Arrays.setAll(seeds, i -> i + 1);
      chart.points(titles.get(m), seeds, auc);
    }
    return chart.build();
  }

  /** The mean over the seeds that got so far. */
  private static Chart learning(FinalMlpResults results) {
    XyChart.Builder chart =
        Chart.xy("AUC of the validation rows, mean and range over seeds").x("epoch").y("AUC");
    for (String model : results.models()) {
      double[][] runs =
          results.repetitions().stream()
              .map(result -> ClickCurves.doubles(result.get(model).get("auc_by_epoch")))
              .toArray(double[][]::new);
      int longest = Arrays.stream(runs).mapToInt(run -> run.length).max().orElseThrow();
      double[] epochs = new double[longest];
      Arrays.setAll(epochs, i -> i + 1);
      double[][] padded =
          Arrays.stream(runs)
              .map(
                  run -> {
                    double[] whole = Arrays.copyOf(run, longest);
                    Arrays.fill(whole, run.length, longest, Double.NaN);
                    return whole;
                  })
              .toArray(double[][]::new);
      chart.seeds(Architecture.of(model).title(), epochs, padded);
    }
    return chart.build();
  }

  private static List<double[]> gates(FinalMlpResults results, int fields) {
    List<double[]> means = List.of(new double[fields], new double[fields]);
    int count = results.repetitions().size();
    for (ObjectNode repetition : results.repetitions()) {
      for (int stream = 0; stream < 2; stream++) {
        double[] gates = ClickCurves.doubles(repetition.get("finalmlp").get("gates").get(stream));
        for (int i = 0; i < fields; i++) {
          means.get(stream)[i] += gates[i] / count;
        }
      }
    }
    return means;
  }

  private static void compare(
      StudyRun run, FinalMlpSettings settings, StudyRows rows, FinalMlpResults results) {
    Map<String, String> published = new LinkedHashMap<>();
    published.put("finalmlp", "0.98607 / 0.1484");
    published.put("deepfm", "0.98424 / 0.1482");
    published.put("dcnv2", "0.98448 / 0.1491");
    published.forEach(
        (model, figure) ->
            run.compare(
                Architecture.of(model).title() + ", Frappe, test AUC / logloss (from 202,027 rows)",
                figure,
                String.format(
                    Locale.ROOT,
                    "%.5f / %.4f on %s, from %,d rows",
                    results.summary(model, "auc").mean(),
                    results.summary(model, "logloss").mean(),
                    settings.data(),
                    rows.train().size())));
  }
}
