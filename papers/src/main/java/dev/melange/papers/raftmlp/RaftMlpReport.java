package dev.melange.papers.raftmlp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.papers.study.ImageResults;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.StudyRun;
import dev.melange.report.Chart;
import dev.melange.report.ColorMap;
import dev.melange.report.ImageGrid;
import dev.melange.report.Report;
import dev.melange.report.Tile;
import dev.melange.report.XyChart;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** The study's part of the report. */
final class RaftMlpReport {
  private final StudyRun run;
  private final RaftMlpSettings settings;
  private final StudyImages images;
  private final ImageResults results;

  RaftMlpReport(StudyRun run, RaftMlpSettings settings, StudyImages images, ImageResults results) {
    this.run = run;
    this.settings = settings;
    this.images = images;
    this.results = results;
  }

  void write() throws IOException {
    Report report = run.report();
    report.section("Accuracy by token mixing");
    report.paragraph(
        images.describe(
                settings.augment().equals("paper")
                    ? "random crops, mirroring, colour jitter, RandAugment and cutout"
                    : images.describeAugmentation(settings.augment()),
                settings.recipe().epochs(),
                settings.recipe().batch(),
                settings.seeds())
            + " All networks share the data, the order of the batches and the recipe; those but the pyramid also their patches, width and depth.");
    run.result(results.table());
    report.charts(List.of(results.bySize(), results.bars()));
    report.charts(results.curves());
    report.section("Test images of other sizes than the training images");
    report.paragraph(
        "The first network of each kind, unchanged, on the first 1,000 test images at most: where a"
            + " map is of another size than its mixing weights were made for, it is resized"
            + " bicubically within the block.");
    report.charts(List.of(byResolution()));
    matrices();
    compareWithThePaper();
  }

  private Chart byResolution() {
    XyChart.Builder chart =
        Chart.xy("Accuracy by size of the test images")
            .x("side of the test images (pixels)")
            .y("test accuracy (%)");
    for (ImageResults.Network network : results.networks()) {
      JsonNode first = network.trials().get(0);
      chart.line(
          network.title(),
          ImageResults.numbers(first.get("sides")),
          ImageResults.numbers(first.get("accuracy_by_side")));
    }
    return chart.build();
  }

  /** What the first block's MLPs do without their non-linearity. */
  private void matrices() throws IOException {
    ImageGrid.Builder grid =
        ImageGrid.titled("Mixing matrices of the first block (blue: negative, red: positive)")
            .columns("vertical", "horizontal")
            .cellWidth(192);
    boolean any = false;
    for (String key : settings.variants()) {
      Variant variant = Variant.of(key);
      if (variant.isSingleRaft()) {
        any = true;
        try (RaftMlp model = new RaftMlp(variant.config(settings, images), new Rng(0));
            Scope scope = Scope.open();
            var guard = Autograd.noGrad()) {
          run.load(key + "-s" + run.seed(), model);
          RaftMixer mixer = (RaftMixer) model.mixer(0, 0);
          grid.row(variant.title(), tile(mixer.verticalMatrix()), tile(mixer.horizontalMatrix()));
        }
      }
    }
    if (any) {
      run.report()
          .section("What the token MLPs mix")
          .paragraph(
              "The product of both matrices of an MLP, for the first seed: which place of a column"
                  + " or row, in which member of its raft (members are the large squares), is"
                  + " written from which.")
          .images(grid.build());
    }
  }

  private static Tile tile(Tensor matrix) {
    int side = (int) matrix.size(0);
    double[] flat = matrix.to(DType.F64).to(Device.CPU).toDoubles();
    double[][] values = new double[side][side];
    double largest = 1e-12;
    for (int i = 0; i < flat.length; i++) {
      values[i / side][i % side] = flat[i];
      largest = Math.max(largest, Math.abs(flat[i]));
    }
    return Tile.colored(values, ColorMap.DIVERGING, -largest, largest);
  }

  private void compareWithThePaper() {
    run.compare(
        "top-1 (%), Mixer against raft of 4, same patches, width and depth",
        "76.4 against 78.0 (12 blocks of width 768, ImageNet-1k)",
        results.summary() + " (" + images.name() + ")");
    if (results.has("raft-4", "mixer")) {
      run.compare(
          "parameters of the raft of 4 by those of the Mixer",
          "58.4 M / 59.9 M = 0.97",
          String.format(
              Locale.ROOT,
              "%.2f",
              (double) results.get("raft-4").parameters() / results.get("mixer").parameters()));
    }
  }
}
