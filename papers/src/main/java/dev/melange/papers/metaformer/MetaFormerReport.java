package dev.melange.papers.metaformer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.data.image.Image;
import dev.melange.metric.Summary;
import dev.melange.papers.metaformer.MetaFormerStudy.Outcome;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.StudyRun;
import dev.melange.report.Chart;
import dev.melange.report.ColorMap;
import dev.melange.report.ImageGrid;
import dev.melange.report.Report;
import dev.melange.report.Table;
import dev.melange.report.Tile;
import dev.melange.report.XyChart;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The study's part of the report. */
final class MetaFormerReport {
  /** Top-1 accuracy on ImageNet that the paper reports for its S12 networks, in percent. */
  private static final Map<Mixer, String> PAPER = new LinkedHashMap<>();

  static {
    PAPER.put(Mixer.POOLING, "77.2");
    PAPER.put(Mixer.IDENTITY, "74.3");
    PAPER.put(Mixer.RANDOM, "75.8");
    PAPER.put(Mixer.ATTENTION, "81.0");
    PAPER.put(Mixer.SPATIAL_FC, "77.9");
    PAPER.put(Mixer.DWCONV, "78.1");
    PAPER.put(Mixer.NO_RESIDUAL, "0.1");
    PAPER.put(Mixer.NO_CHANNEL_MLP, "2.5");
  }

  private final StudyRun run;
  private final MetaFormerSettings settings;
  private final StudyImages images;
  private final List<Outcome> outcomes;

  MetaFormerReport(
      StudyRun run, MetaFormerSettings settings, StudyImages images, List<Outcome> outcomes) {
    this.run = run;
    this.settings = settings;
    this.images = images;
    this.outcomes = outcomes;
  }

  void write() throws IOException {
    Report report = run.report();
    report.section("Accuracy by token mixer");
    report.paragraph(
        images.describe(
                images.describeAugmentation(settings.augment()),
                settings.epochs(images.train().size()) + settings.cooldown(),
                settings.batch(),
                settings.seeds())
            + " All variants share the skeleton, the data, the order of the batches and the budget.");
    if (!images.name().equals(settings.data().get(0))) {
      report.paragraph(
          "%s is not on this machine, so the study ran on %s instead. The criteria were set for %s; melange data where %s tells how to get it."
              .formatted(
                  settings.data().get(0),
                  images.name(),
                  settings.data().get(0),
                  settings.data().get(0)));
    }
    run.result(table());
    report.charts(charts());
    for (Outcome outcome : outcomes) {
      String paper = PAPER.get(outcome.mixer());
      run.compare(
          outcome.mixer().description() + ", top-1 (%)",
          paper + " (S12, ImageNet-1k, 300 epochs)",
          MetaFormerStudy.number(outcome.mean(), 1) + " (" + images.name() + ")");
    }
    if (settings.heat_maps() > 0) {
      heatMaps();
    }
  }

  private Table table() {
    Table.Builder table =
        Table.titled("Test accuracy on " + images.name())
            .text("variant")
            .text("what mixes the positions")
            .number("parameters", "%,.0f")
            .number("accuracy (%)", "%.1f", Table.Best.HIGHEST)
            .number("lowest", "%.1f")
            .number("highest", "%.1f");
    for (Outcome outcome : outcomes) {
      Summary summary = Summary.of(outcome.accuracies());
      table.row(
          outcome.mixer().toString(),
          outcome.mixer().description(),
          outcome.trials().get(0).get("parameters").asDouble(),
          summary.mean(),
          summary.min(),
          summary.max());
    }
    return table.build();
  }

  private List<Chart> charts() {
    String[] names = outcomes.stream().map(o -> o.mixer().toString()).toArray(String[]::new);
    double[] means = outcomes.stream().mapToDouble(Outcome::mean).toArray();
    double[] spreads =
        outcomes.stream()
            .mapToDouble(
                o -> (Summary.of(o.accuracies()).max() - Summary.of(o.accuracies()).min()) / 2)
            .toArray();
    Chart bars =
        Chart.bars("Test accuracy by token mixer (bars: range over seeds)", names)
            .value("test accuracy (%)")
            .group("accuracy", means, spreads)
            .horizontal()
            .build();
    XyChart.Builder accuracy =
        Chart.xy("Test accuracy during training").x("epoch").y("test accuracy (%)");
    XyChart.Builder loss = Chart.xy("Training loss").x("epoch").y("cross entropy (nats)");
    for (Outcome outcome : outcomes) {
      addCurves(accuracy, outcome, "accuracy_by_epoch");
      addCurves(loss, outcome, "loss");
    }
    return List.of(bars, accuracy.build(), loss.build());
  }

  private static void addCurves(XyChart.Builder chart, Outcome outcome, String key) {
    double[][] bySeed =
        outcome.trials().stream().map(t -> numbers(t.get(key))).toArray(double[][]::new);
    double[] epochs = new double[bySeed[0].length];
    for (int i = 0; i < epochs.length; i++) {
      epochs[i] = i + 1;
    }
    if (bySeed.length == 1) {
      chart.line(outcome.mixer().toString(), epochs, bySeed[0]);
    } else {
      chart.seeds(outcome.mixer().toString(), epochs, bySeed);
    }
  }

  private static double[] numbers(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asDouble();
    }
    return values;
  }

  /** One row per image, one column per variant of the whole skeleton, for the run's first seed. */
  private void heatMaps() throws IOException {
    List<Integer> chosen = images.oneOfEachClass(settings.heat_maps());
    List<LabelledTile> rows = new ArrayList<>();
    for (int index : chosen) {
      Image image = images.shown(index);
      int label = images.test().get(index, new Rng(0)).label();
      rows.add(new LabelledTile(label, new ArrayList<>(List.of(Tile.of(image.toBufferedImage())))));
    }
    List<String> columns = new ArrayList<>(List.of("image"));
    for (Outcome outcome : outcomes) {
      if (outcome.mixer().isWhole()) {
        columns.add(outcome.mixer().toString());
        addHeatMaps(outcome.mixer(), chosen, rows);
      }
    }
    ImageGrid.Builder grid =
        ImageGrid.titled("Grad-CAM of the true class: bright is where the evidence lies")
            .columns(columns.toArray(String[]::new))
            .cellWidth(96)
            .smooth();
    rows.forEach(row -> grid.row(images.classes().get(row.label()), row.tiles()));
    run.report()
        .section("Where the networks look")
        .paragraph(
            "Test images under the Grad-CAM heat map of their true class, by the last stage whose map has at least 4x4 positions (or the first, if none has), with the class that the network gives. First seed.")
        .images(grid.build());
  }

  private record LabelledTile(int label, List<Tile> tiles) {}

  private void addHeatMaps(Mixer mixer, List<Integer> chosen, List<LabelledTile> rows)
      throws IOException {
    PoolFormerConfig config =
        mixer.of(
            settings.skeleton(images.channels(), images.size(), images.classes().size()),
            images.size());
    try (PoolFormer model = new PoolFormer(config, new Rng(0));
        Scope scope = Scope.open()) {
      run.load(mixer + "-s" + run.seed(), model);
      model.eval();
      List<Image> pictures = new ArrayList<>();
      long[] labels = new long[chosen.size()];
      for (int i = 0; i < labels.length; i++) {
        pictures.add(images.test().get(chosen.get(i), new Rng(0)).image());
        labels[i] = rows.get(i).label();
      }
      Tensor x = ImageBatches.tensor(pictures, images.evaluation());
      GradCam.Result result =
          GradCam.explain(model, stage(model, config), x, Tensor.of(labels, labels.length));
      long[] predicted = result.logits().argmax(1).toLongs();
      float[] maps = result.resized().toFloats();
      int size = images.size();
      for (int i = 0; i < labels.length; i++) {
        double[][] map = new double[size][size];
        for (int j = 0; j < size * size; j++) {
          map[j / size][j % size] = maps[i * size * size + j];
        }
        rows.get(i)
            .tiles()
            .add(
                rows.get(i)
                    .tiles()
                    .get(0)
                    .withHeat(map, ColorMap.INFERNO, 0.5)
                    .captioned(
                        (predicted[i] == labels[i] ? "" : "not ")
                            + images.classes().get((int) labels[i])
                            + (predicted[i] == labels[i]
                                ? ""
                                : ": " + images.classes().get((int) predicted[i]))));
      }
    }
  }

  private int stage(PoolFormer model, PoolFormerConfig config) {
    List<List<Integer>> maps = config.stageShapes(images.size(), images.size());
    int stage = 0;
    for (int s = 0; s < maps.size(); s++) {
      if (maps.get(s).get(0) >= 4) {
        stage = s;
      }
    }
    return model.stageIndices().get(stage);
  }
}
