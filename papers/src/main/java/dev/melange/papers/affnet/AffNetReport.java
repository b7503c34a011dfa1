package dev.melange.papers.affnet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.data.image.Image;
import dev.melange.metric.Summary;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Macs;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.StudyRun;
import dev.melange.report.Chart;
import dev.melange.report.Report;
import dev.melange.report.Table;
import dev.melange.report.XyChart;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/** The study's part of the report. */
final class AffNetReport {
  private static final int CHANNELS_SHOWN = 6;
  private static final int IMAGES_COMPARED = 4;
  private static final double MILLION = 1e6;

  private final StudyRun run;
  private final AffNetSettings settings;
  private final StudyImages images;
  private final AffNetResults results;

  AffNetReport(StudyRun run, AffNetSettings settings, StudyImages images, AffNetResults results) {
    this.run = run;
    this.settings = settings;
    this.images = images;
    this.results = results;
  }

  /** Writes it; what it says of the filters is also a finding. */
  FilterFacts write() throws IOException {
    Report report = run.report();
    report.section("Accuracy by filter");
    report.paragraph(
        "%s, %,d training and %,d test images %dx%dx%d, %s. %d epochs, batches of %d, seeds %d. The networks differ in nothing but the filter."
            .formatted(
                images.name(),
                images.train().size(),
                images.test().size(),
                images.channels(),
                images.size(),
                images.size(),
                images.describeAugmentation(settings.augment()),
                settings.recipe().epochs(),
                settings.recipe().batch(),
                settings.seeds()));
    run.result(table());
    report.charts(charts());
    FilterFacts facts;
    try (ImageModel model = StudyNetwork.create(settings, Filtering.ADAPTIVE, images, new Rng(0))) {
      run.load(Filtering.ADAPTIVE.key() + "-s" + run.seed(), model);
      model.eval();
      if (settings.pictures() > 0) {
        pictures(model);
      }
      facts = FilterFacts.of(model, images, IMAGES_COMPARED);
    }
    compare();
    return facts;
  }

  private Table table() {
    Table.Builder table =
        Table.titled("Test accuracy on " + images.name())
            .text("filter")
            .number("parameters", "%,d")
            .number("million multiply-accumulates", "%,.2f")
            .number("top-1 (%)", "%.2f", Table.Best.HIGHEST)
            .number("lowest", "%.2f")
            .number("highest", "%.2f");
    for (Filtering filtering : results.trials().keySet()) {
      Summary summary = Summary.of(results.accuracies(filtering));
      table.row(
          filtering.title(),
          results.parameters(filtering),
          (double) macs(filtering) / MILLION,
          summary.mean(),
          summary.min(),
          summary.max());
    }
    return table.build();
  }

  private long macs(Filtering filtering) {
    try (ImageModel model = StudyNetwork.create(settings, filtering, images, new Rng(0));
        Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor x = Tensor.zeros(1, images.channels(), images.size(), images.size());
      return Macs.count(() -> model.forward(x));
    }
  }

  private List<Chart> charts() {
    XyChart.Builder accuracy = Chart.xy("Test accuracy during training").x("epoch").y("top-1 (%)");
    XyChart.Builder cost = Chart.xy("Accuracy against parameters").x("parameters").y("top-1 (%)");
    double[] epochs =
        IntStream.rangeClosed(1, settings.recipe().epochs()).asDoubleStream().toArray();
    results
        .trials()
        .forEach(
            (filtering, trials) -> {
              double[][] bySeed =
                  trials.stream()
                      .map(trial -> numbers(trial.get("accuracy_by_epoch")))
                      .toArray(double[][]::new);
              accuracy.seeds(filtering.title(), epochs, bySeed);
              Summary summary = Summary.of(results.accuracies(filtering));
              cost.points(
                  filtering.title(),
                  new double[] {(double) results.parameters(filtering)},
                  new double[] {summary.mean()});
            });
    return List.of(accuracy.build(), cost.build());
  }

  private static double[] numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  private void pictures(ImageModel model) throws IOException {
    List<Image> pictures = new ArrayList<>();
    List<BufferedImage> shown = new ArrayList<>();
    List<String> captions = new ArrayList<>();
    for (int index : images.oneOfEachClass(settings.pictures())) {
      pictures.add(images.test().get(index, new Rng(0)).image());
      shown.add(images.shown(index).toBufferedImage());
      captions.add(images.classes().get(images.test().get(index, new Rng(0)).label()));
    }
    run.report()
        .section("Filters made for single images")
        .paragraph(
            "Of the first trained network with adaptive filters: for each image the masks by which the spectrum is multiplied (frequency zero is in the middle of the left edge), and the kernels of the convolution that this equals (shift zero is in the middle; blue and red are opposite signs). A static filter would have the same masks in every row.");
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      List<AffTokenMixer.Filtered> filters =
          StudyNetwork.filters(model, ImageBatches.tensor(pictures, images.evaluation()));
      for (int block : List.of(0, filters.size() - 1)) {
        run.report()
            .images(
                FilterPictures.of(
                    "Filters of block %d of %d".formatted(block + 1, filters.size()),
                    filters.get(block),
                    shown,
                    captions,
                    CHANNELS_SHOWN));
      }
    }
  }

  private void compare() {
    StringBuilder here = new StringBuilder();
    for (Filtering filtering : results.trials().keySet()) {
      here.append(here.isEmpty() ? "" : "; ")
          .append(filtering.title())
          .append(
              String.format(
                  Locale.ROOT, ": %.2f", Summary.of(results.accuracies(filtering)).mean()));
    }
    run.compare(
        "top-1 (%) of the smallest network",
        "73.0 (AFFNet-ET, ImageNet-1K, 1.4 M parameters)",
        "%s (%s, %s)".formatted(here, settings.network(), images.name()));
    try (AffNet smallest = new AffNet(AffNetPaper.ET, new Rng(0))) {
      run.compare(
          "parameters of AFFNet-ET",
          "1.4 M",
          String.format(Locale.ROOT, "%,d", smallest.parameterCount()));
    }
  }
}
