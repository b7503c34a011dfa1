package dev.melange.papers.scalingmlps;

import dev.melange.metric.Summary;
import dev.melange.papers.FilterPictures;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.StudyRun;
import dev.melange.report.Chart;
import dev.melange.report.ImageGrid;
import dev.melange.report.Table;
import dev.melange.report.XyChart;
import dev.melange.tensor.Rng;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The study's part of the report. */
final class ScalingReport {
  private static final int FILTERS = 12;
  private static final int CURVE_POINTS = 60;

  private final StudyRun run;
  private final ScalingSettings settings;
  private final ScalingData data;
  private final ScalingResults results;
  private final List<ScalingVariant> variants;

  ScalingReport(StudyRun run, ScalingSettings settings, ScalingData data, ScalingResults results) {
    this.run = run;
    this.settings = settings;
    this.data = data;
    this.results = results;
    variants = settings.variants();
  }

  void write() throws IOException {
    StudyImages images = data.images();
    run.report()
        .section("Accuracy from scratch")
        .paragraph(
            "%s, %,d training images (with fewer images %,d) and %,d test images of %d x %d pixels. %d epochs, batches of %d, seeds: %d."
                .formatted(
                    images.name(),
                    images.train().size(),
                    settings.few(),
                    images.test().size(),
                    images.size(),
                    images.size(),
                    settings.recipe().epochs(),
                    settings.recipe().batch(),
                    settings.seeds()));
    run.result(table());
    run.report().charts(List.of(curves("accuracy_by_epoch"), curves("loss")));
    law();
    filters();
    if (settings.transfer() != null) {
      transfer();
    }
    comparisons();
  }

  private Table table() {
    Table.Builder table =
        Table.titled("Test accuracy on " + data.images().name())
            .text("network")
            .number("parameters", "%,.0f")
            .number("training compute (GMAC)", "%,.1f")
            .number("top-1 (%)", "%.2f", Table.Best.HIGHEST);
    if (settings.views() > 0) {
      table.number("top-1 (%%), %d views".formatted(settings.views()), "%.2f");
    }
    for (ScalingVariant variant : variants) {
      List<Object> cells = new ArrayList<>();
      cells.add(variant.title());
      cells.add(results.constant(variant.key(), "parameters"));
      cells.add(results.constant(variant.key(), "compute") / 1e9);
      cells.add(spread(results.accuracies(variant.key())));
      if (settings.views() > 0) {
        cells.add(
            variant.augmented() ? spread(results.numbers(variant.key(), "accuracy_tta")) : null);
      }
      table.row(cells.toArray());
    }
    return table.build();
  }

  private static Object spread(double[] values) {
    Summary summary = Summary.of(values);
    return values.length == 1 ? summary.mean() : new Table.PlusMinus(summary.mean(), summary.sd());
  }

  private Chart curves(String key) {
    boolean loss = key.startsWith("loss");
    XyChart.Builder chart =
        Chart.xy(loss ? "Training loss" : "Test accuracy during training")
            .x("epoch")
            .y(loss ? "cross entropy (nats)" : "top-1 (%)");
    for (ScalingVariant variant : variants) {
      add(chart, variant.title(), results.byEpoch(variant.key(), key));
    }
    return chart.build();
  }

  private static void add(XyChart.Builder chart, String name, double[][] bySeed) {
    chart.seeds(
        name, IntStream.rangeClosed(1, bySeed[0].length).asDoubleStream().toArray(), bySeed);
  }

  /** Error by compute, double logarithmic, with the fitted law. */
  private void law() {
    ScalingLaw law = results.law();
    double[] compute =
        variants.stream().mapToDouble(v -> results.constant(v.key(), "compute")).toArray();
    double[] error = variants.stream().mapToDouble(v -> results.error(v.key())).toArray();
    double least = Arrays.stream(compute).min().orElseThrow();
    double most = Arrays.stream(compute).max().orElseThrow();
    double[] xs =
        IntStream.range(0, CURVE_POINTS)
            .mapToDouble(i -> least * Math.pow(most / least, i / (CURVE_POINTS - 1.0)))
            .toArray();
    run.report()
        .section("Error by compute")
        .paragraph(
            String.format(
                Locale.ROOT,
                "Compute is three times the multiply-accumulates of a forward pass, times images and epochs. The least squares of log errors give E(C) = %.3g (%.3g + C)^-%.3f + %.3f, with a root mean square difference of %.3f in the logarithm. %d runs of so different kinds are few for four numbers: the curve is an illustration, not a measurement of the law.",
                law.a(),
                law.b(),
                law.alpha(),
                law.limit(),
                law.residual(),
                variants.size()))
        .charts(
            Chart.xy("Test error by training compute")
                .x("multiply-accumulates")
                .y("error")
                .logX()
                .logY()
                .points(
                    "networks",
                    compute,
                    error,
                    variants.stream().map(ScalingVariant::key).toArray(String[]::new))
                .line("fit", xs, Arrays.stream(xs).map(law::error).toArray())
                .build());
  }

  private void filters() throws IOException {
    List<ImageGrid.Row> rows = new ArrayList<>();
    for (ScalingVariant variant : variants) {
      boolean widest = variant.key().equals(results.widest());
      if (widest || variant.key().equals(ScalingVariant.PLAIN)) {
        rows.add(row(variant.title(), variant.key(), ScalingStudy.config(data, variant)));
      }
    }
    if (settings.transfer() != null) {
      ScalingVariant widest = variants.get(settings.widths().size() - 1);
      rows.add(
          row(
              "pre-trained",
              ScalingStudy.PRETRAINED,
              widest.config(data.images().channels(), data.images().size(), data.sourceClasses())));
    }
    run.report()
        .section("What the first layer looks for")
        .paragraph(
            "Rows of the first layer's weights as images, those of largest norm; the middle of the range is 0. After long training with augmentation they become localised, without it they look like noise. First seed.")
        .images(new ImageGrid("First-layer weights", List.of(), rows, 72, false));
  }

  private ImageGrid.Row row(String title, String key, ScalingMlpConfig config) throws IOException {
    try (ScalingMlp model = new ScalingMlp(config, new Rng(0))) {
      run.load(key + "-s" + run.seed(), model);
      return new ImageGrid.Row(title, FilterPictures.tiles(model, FILTERS));
    }
  }

  private void transfer() {
    Table.Builder table =
        Table.titled("Test accuracy on new classes")
            .text("training")
            .number("training images", "%,d")
            .number("top-1 (%)", "%.2f", Table.Best.HIGHEST);
    XyChart.Builder chart =
        Chart.xy("Accuracy on new classes during training").x("epoch").y("top-1 (%)");
    for (String key : ScalingStudy.TRANSFERS) {
      table.row(
          key.replace('-', ' '), data.target().train().size(), spread(results.accuracies(key)));
      add(chart, key.replace('-', ' '), results.byEpoch(key, "accuracy_by_epoch"));
    }
    run.report()
        .section("Pre-training")
        .paragraph(
            String.format(
                Locale.ROOT,
                "The widest network is pre-trained on %,d images of %d classes, where it reaches %.2f %%; then it learns %d others. When fine-tuned, its body learns at %s times the classifier's rate; a linear probe leaves it as it is.",
                data.source().train().size(),
                data.sourceClasses(),
                Summary.of(results.accuracies(ScalingStudy.PRETRAINED)).mean(),
                data.targetClasses(),
                settings.transfer().finetune().body_lr()));
    run.result(table.build());
    run.report().charts(chart.build());
  }

  private void comparisons() {
    String name = data.images().name();
    run.compare(
        "Best MLP on pixels, top-1 (%)",
        "94.2 on CIFAR-10, 80.0 on CIFAR-100, 69.9 on TinyImageNet (B_12-Wi_1024, pre-trained on ImageNet-21k)",
        String.format(
            Locale.ROOT,
            "%.2f on %s, from scratch",
            Summary.of(results.accuracies(results.widest())).mean(),
            name));
    run.compare(
        "Gain by test-time augmentation, points of top-1",
        "1.3 on CIFAR-10, 2.6 on CIFAR-100 (B_12-Wi_1024, 100 views)",
        settings.views() == 0
            ? "not measured"
            : String.format(
                Locale.ROOT,
                "%+.2f on %s, %d views",
                Summary.of(results.numbers(results.widest(), "accuracy_tta")).mean()
                    - Summary.of(results.accuracies(results.widest())).mean(),
                name,
                settings.views()));
  }
}
