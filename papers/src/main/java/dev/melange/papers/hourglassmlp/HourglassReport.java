package dev.melange.papers.hourglassmlp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.metric.Summary;
import dev.melange.papers.hourglassmlp.HourglassSettings.Shape;
import dev.melange.papers.hourglassmlp.PairResults.Entry;
import dev.melange.papers.hourglassmlp.RestorationTrial.Kind;
import dev.melange.papers.study.StudyRun;
import dev.melange.report.BarChart;
import dev.melange.report.Chart;
import dev.melange.report.ImageGrid;
import dev.melange.report.Report;
import dev.melange.report.Table;
import dev.melange.report.Tile;
import dev.melange.report.XyChart;
import dev.melange.tensor.DType;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** The study's part of the report. */
final class HourglassReport {
  private static final int PICTURES = 6;
  private static final int CELL = 96;

  private final StudyRun run;
  private final HourglassSettings settings;
  private final StudyImages images;

  HourglassReport(StudyRun run, HourglassSettings settings, StudyImages images) {
    this.run = run;
    this.settings = settings;
    this.images = images;
  }

  void write(
      List<PairResults> pairs,
      SearchResults search,
      GenerationTrial generation,
      Map<Boolean, JsonNode> drawn)
      throws IOException {
    restored(pairs);
    run.report().section("Quality against size");
    run.report()
        .paragraph(
            "Every network of the grid is trained for %d epochs with the seed of the run. Trained numbers are counted, a random lift is not."
                .formatted(settings.search().epochs()));
    run.report().charts(search.chart());
    run.result(search.table());
    generated(generation, drawn);
    compareWithThePaper(pairs);
  }

  // ---- restoration ----

  private void restored(List<PairResults> pairs) throws IOException {
    Report report = run.report().section("Restored images");
    Tensor test = images.test();
    report.paragraph(
        String.format(
            Locale.ROOT,
            "%s, %,d training and %,d test images of %dx%dx%d, %d epochs in batches of %d, seeds %d. Noise has a standard deviation of %s; enlargement is by %d. PSNR is the mean over the images, after cutting to [0, 1].",
            images.name(),
            images.count(),
            test.size(0),
            test.size(1),
            test.size(2),
            test.size(3),
            settings.recipe().epochs(),
            settings.recipe().batch(),
            settings.seeds(),
            settings.sigma(),
            settings.factor()));
    run.result(table(pairs));
    List<Chart> charts = new ArrayList<>();
    for (PairResults pair : pairs) {
      charts.add(bars(pair));
      charts.add(curves(pair));
    }
    report.charts(charts);
    for (PairResults pair : pairs) {
      report.images(gallery(pair));
    }
  }

  private Table table(List<PairResults> pairs) {
    Table.Builder table =
        Table.titled("Test PSNR by pair")
            .text("pair")
            .text("network")
            .text("skip/inside x blocks")
            .number("trained", "%,d")
            .number("in all", "%,d")
            .number("input (dB)", "%.2f")
            .number("PSNR (dB)", "%.3f");
    for (PairResults pair : pairs) {
      for (Map.Entry<Kind, Entry> entry : pair.entries().entrySet()) {
        Entry network = entry.getValue();
        Summary psnr = Summary.of(network.psnr());
        table.row(
            pair.pair().name(),
            entry.getKey().title(),
            network.network().shape().toString(),
            network.number("trainable"),
            network.number("total"),
            network.trials().get(0).get("psnr_of_input").asDouble(),
            pair.seeds() == 1 ? (Object) psnr.mean() : new Table.PlusMinus(psnr.mean(), psnr.sd()));
      }
    }
    return table.build();
  }

  private static Chart bars(PairResults pair) {
    String[] names = pair.entries().keySet().stream().map(Kind::title).toArray(String[]::new);
    double[] means = pair.entries().values().stream().mapToDouble(Entry::mean).toArray();
    double[] errors =
        pair.entries().values().stream()
            .mapToDouble(entry -> pair.seeds() == 1 ? 0 : Summary.of(entry.psnr()).sd())
            .toArray();
    BarChart.Builder chart =
        Chart.bars("Test PSNR, " + pair.pair().name(), names).value("PSNR (dB)");
    return chart.group("PSNR", means, errors).horizontal().build();
  }

  private static Chart curves(PairResults pair) {
    XyChart.Builder chart =
        Chart.xy("Test PSNR by epoch, " + pair.pair().name()).x("epoch").y("PSNR (dB)");
    pair.entries()
        .forEach(
            (kind, entry) -> {
              double[][] bySeed = entry.curves();
              double[] epochs =
                  IntStream.rangeClosed(1, bySeed[0].length).asDoubleStream().toArray();
              chart.seeds(kind.title(), epochs, bySeed);
            });
    return chart.build();
  }

  private ImageGrid gallery(PairResults pair) throws IOException {
    try (Scope scope = Scope.open()) {
      int count = (int) Math.min(PICTURES, images.test().size(0));
      Tensor test = images.test().narrow(0, 0, count);
      RestorationTrial any = pair.entry(Kind.FIXED).network();
      // The noise of all test images is drawn, so that these show the noise they are judged with.
      Tensor degraded = any.degraded(images.test()).narrow(0, 0, count);
      Tensor shown = any.restoration().shown(degraded);
      Map<Kind, Tensor> outputs = new EnumMap<>(Kind.class);
      for (Map.Entry<Kind, Entry> entry : pair.entries().entrySet()) {
        RestorationTrial network = entry.getValue().network();
        try (HourglassMlp model = new HourglassMlp(network.config(test), new Rng(0))) {
          run.load(HourglassStudy.id(pair.pair(), entry.getKey()) + "-s" + run.seed(), model);
          model.to(Engine.get().device());
          outputs.put(entry.getKey(), network.restore(model, degraded, test));
        }
      }
      List<String> columns = new ArrayList<>(List.of("input"));
      outputs.keySet().forEach(kind -> columns.add(kind.title()));
      columns.add("truth");
      ImageGrid.Builder grid =
          ImageGrid.titled("Test images, " + pair.pair().name() + " (first seed, PSNR in dB)")
              .columns(columns.toArray(String[]::new))
              .cellWidth(CELL);
      for (int i = 0; i < count; i++) {
        List<Tile> tiles = new ArrayList<>();
        tiles.add(judged(shown, test, i));
        for (Tensor output : outputs.values()) {
          tiles.add(judged(output, test, i));
        }
        tiles.add(tile(test, i));
        grid.row("image " + (i + 1), tiles);
      }
      return grid.build();
    }
  }

  private static Tile judged(Tensor output, Tensor truth, int index) {
    double psnr = Restoration.psnr(output.narrow(0, index, 1), truth.narrow(0, index, 1));
    return tile(output, index).captioned(String.format(Locale.ROOT, "%.1f", psnr));
  }

  private static Tile tile(Tensor images, int index) {
    Tensor one = images.get(index).to(DType.F32);
    return Tile.chw(one.toFloats(), (int) one.size(0), (int) one.size(1), (int) one.size(2));
  }

  // ---- prototypes ----

  private void generated(GenerationTrial trial, Map<Boolean, JsonNode> drawn) throws IOException {
    HourglassSettings.Generation generation = settings.generation();
    run.report()
        .section("Drawing the prototype of a class")
        .paragraph(
            "The networks see an image of %s and draw the %s of its class; the class is that of the nearest prototype. One seed."
                .formatted(
                    generation.data(),
                    generation.prototype().equals("mean") ? "mean image" : "first image"));
    Table.Builder table =
        Table.titled(
                "%s: drawn prototypes, %d epochs".formatted(generation.data(), generation.epochs()))
            .text("network")
            .text("skip/inside x blocks")
            .number("trainable parameters", "%,d")
            .number("PSNR (dB)", "%.2f", Table.Best.HIGHEST)
            .number("accuracy (%)", "%.2f", Table.Best.HIGHEST);
    drawn.forEach(
        (hourglass, json) ->
            table.row(
                (hourglass ? Kind.FIXED : Kind.CONVENTIONAL).title(),
                shape(hourglass).toString(),
                json.get("trainable").asLong(),
                json.get("psnr").asDouble(),
                json.get("accuracy").asDouble()));
    run.result(table.build());
    run.report().images(drawings(trial, drawn));
  }

  private Shape shape(boolean hourglass) {
    return hourglass ? settings.generation().hourglass() : settings.generation().conventional();
  }

  private ImageGrid drawings(GenerationTrial trial, Map<Boolean, JsonNode> drawn)
      throws IOException {
    try (Scope scope = Scope.open()) {
      int count = (int) Math.min(PICTURES, trial.test().size(0));
      Tensor test = trial.test().narrow(0, 0, count);
      long[] shape = test.shape();
      List<Tensor> outputs = new ArrayList<>();
      for (boolean hourglass : drawn.keySet()) {
        try (HourglassMlp model =
            new HourglassMlp(trial.config(hourglass, shape(hourglass)), new Rng(0))) {
          run.load(HourglassStudy.generationId(hourglass) + "-s" + run.seed(), model);
          model.to(Engine.get().device());
          outputs.add(GenerationTrial.draw(model, test));
        }
      }
      Tensor prototypes = trial.prototypes();
      ImageGrid.Builder grid =
          ImageGrid.titled("Test images and what the networks draw for them (first seed)")
              .columns("image", "conventional", "hourglass", "prototype")
              .cellWidth(CELL);
      Tensor truth = Tensor.of(trial.testLabels(), trial.testLabels().length).to(DType.I64);
      for (int i = 0; i < count; i++) {
        List<Tile> tiles = new ArrayList<>(List.of(tile(test, i)));
        for (Tensor output : outputs) {
          Tensor y = output.narrow(0, i, 1);
          GenerativeClassification found =
              GenerativeClassification.of(y, prototypes, truth.narrow(0, i, 1));
          String name = trial.classes().get((int) found.prediction().toLongs()[0]);
          tiles.add(tile(picture(y, shape), 0).captioned(name));
        }
        int label = trial.testLabels()[i];
        tiles.add(tile(picture(prototypes.narrow(0, label, 1), shape), 0));
        grid.row(trial.classes().get(label), tiles);
      }
      return grid.build();
    }
  }

  private static Tensor picture(Tensor vectors, long[] shape) {
    return Restoration.pixels(vectors).reshape(vectors.size(0), shape[1], shape[2], shape[3]);
  }

  // ---- the paper ----

  private void compareWithThePaper(List<PairResults> pairs) {
    for (PairResults pair : pairs) {
      StringBuilder here = new StringBuilder();
      pair.entries()
          .forEach(
              (kind, entry) ->
                  here.append(here.isEmpty() ? "" : "; ")
                      .append(
                          String.format(
                              Locale.ROOT,
                              "%s %.2f (%,d parameters)",
                              kind.title(),
                              entry.mean(),
                              entry.number("trainable"))));
      run.compare(
          "PSNR (dB), " + pair.pair().name(),
          "Hourglass better at every budget (MNIST, ImageNet at 32x32 pixels); no figures in the abstract",
          here + " on " + images.name());
    }
  }
}
