package dev.melange.papers.adversarialautomixup;

import dev.melange.papers.adversarialautomixup.AdAutoMixTrials.Kind;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.VariantResults;
import dev.melange.report.Chart;
import dev.melange.report.ColorMap;
import dev.melange.report.ImageGrid;
import dev.melange.report.Table;
import dev.melange.report.Tile;
import dev.melange.report.XyChart;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Tables and pictures of one task, from the trials' results and the saved weights. */
final class AdAutoMixReport {
  private static final int TUPLES = 4;

  private final StudyRun run;
  private final AdAutoMixSettings settings;
  private final AdAutoMixTrials trials;
  private final AdAutoMixTask task;
  private final String name;
  private final String head;
  private final VariantResults results;

  AdAutoMixReport(
      StudyRun run,
      AdAutoMixSettings settings,
      AdAutoMixTrials trials,
      String name,
      String head,
      VariantResults results) {
    this.run = run;
    this.settings = settings;
    this.trials = trials;
    this.task = trials.task();
    this.name = name;
    this.head = head;
    this.results = results;
  }

  private String variant(Kind kind) {
    return AdAutoMixStudy.variant(name, kind);
  }

  void write() throws IOException {
    String data = task.settings().data();
    double chance = 100.0 / task.classes().size();
    for (Kind kind : Kind.values()) {
      double accuracy = results.first(variant(kind)).get(head).asDouble();
      run.check(
          String.format(
              Locale.ROOT,
              "%s on %s: test accuracy %.1f %%, by chance %.1f %%.",
              kind.title(),
              data,
              accuracy,
              chance),
          accuracy > 1.2 * chance);
    }
    run.compare(
        "top-1 accuracy of AdAutoMix, AutoMix, mixup, no mixing (%)",
        "82.32, 82.04, 79.12, 78.04 (ResNet-18 on CIFAR-100)",
        String.format(
            Locale.ROOT,
            "%.2f, %.2f, %.2f, %.2f (small ResNet, %,d images of %s at %d pixels)",
            mean(Kind.TRIPLES),
            mean(Kind.AUTOMIX),
            mean(Kind.MIXUP),
            mean(Kind.NONE),
            task.settings().images(),
            data,
            task.settings().side()));
    run.report().section("Accuracy on " + data);
    run.result(table());
    run.report()
        .paragraph(
            "The student has a head that learns from clean images and one that learns from mixed ones; charts and findings use the %s one, which is better on average over all methods."
                .formatted(head.equals(AdAutoMixTrials.MIX) ? "second" : "first"));
    run.report().charts(accuracies(), curves());
    run.report().table(durations());
    run.report()
        .section("The mixtures of " + data)
        .paragraph(
            "How hard even mixtures of two test images are for the student, while generators learn to make them; and what the generators make of the same test images: masks show where each image is taken from.")
        .charts(hardness());
    for (Kind kind : List.of(Kind.AUTOMIX, Kind.PAIRS, Kind.TRIPLES)) {
      mixtures(kind);
    }
  }

  private double mean(Kind kind) {
    return results.summary(variant(kind), head).value();
  }

  private Table table() {
    Table.Builder table =
        Table.titled(
                "Test accuracy and calibration error, percent, over %d seeds"
                    .formatted(settings.seeds()))
            .text("training")
            .number("head for mixed images", "%.2f", Table.Best.HIGHEST)
            .number("head for clean images", "%.2f", Table.Best.HIGHEST)
            .number("teacher, mixed", "%.2f")
            .number("teacher, clean", "%.2f")
            .number("calibration error", "%.2f", Table.Best.LOWEST);
    for (Kind kind : Kind.values()) {
      String variant = variant(kind);
      boolean teacher = results.first(variant).has("mix_k");
      table.row(
          kind.title(),
          kind == Kind.NONE ? null : results.cell(variant, AdAutoMixTrials.MIX),
          results.cell(variant, AdAutoMixTrials.ONE),
          teacher ? results.cell(variant, "mix_k") : null,
          teacher ? results.cell(variant, "one_k") : null,
          results.cell(variant, "ece_" + head));
    }
    return table.build();
  }

  private Table durations() throws IOException {
    Table.Builder table =
        Table.titled("Seconds per training, here").text("training").number("seconds", "%.1f");
    for (Kind kind : Kind.values()) {
      double sum = 0;
      for (int i = 0; i < settings.seeds(); i++) {
        sum += run.seconds(variant(kind) + "-s" + (run.seed() + i));
      }
      table.row(kind.title(), sum / settings.seeds());
    }
    return table.build();
  }

  private Chart accuracies() {
    Kind[] kinds = Kind.values();
    return Chart.bars(
            "Test accuracy on " + task.settings().data(),
            Arrays.stream(kinds).map(Kind::title).toArray(String[]::new))
        .value("accuracy (%)")
        .group(
            "mean, standard deviation over seeds",
            Arrays.stream(kinds).mapToDouble(this::mean).toArray(),
            Arrays.stream(kinds)
                .mapToDouble(kind -> results.summary(variant(kind), head).spread())
                .toArray())
        .horizontal()
        .build();
  }

  private Chart curves() {
    XyChart.Builder chart =
        Chart.xy("Test accuracy in training (head for mixed images)").x("epoch").y("accuracy (%)");
    for (Kind kind : Kind.values()) {
      chart.seeds(kind.title(), epochs(kind), bySeed(kind, "accuracy_by_epoch"));
    }
    return chart.build();
  }

  private Chart hardness() {
    XyChart.Builder chart =
        Chart.xy("How hard the generator's mixtures are").x("epoch").y("cross entropy (nats)");
    for (Kind kind : Kind.values()) {
      if (kind.generates()) {
        chart.seeds(kind.title(), epochs(kind), bySeed(kind, "hardness_by_epoch"));
      }
    }
    return chart.build();
  }

  private double[] epochs(Kind kind) {
    return VariantResults.numbers(results.first(variant(kind)).get("epochs"));
  }

  private double[][] bySeed(Kind kind, String curve) {
    return results.of(variant(kind)).stream()
        .map(result -> VariantResults.numbers(result.get(curve)))
        .toArray(double[][]::new);
  }

  /** Images of tuples, their masks, and the mixtures, with equal weights. */
  private void mixtures(Kind kind) throws IOException {
    int count = kind.samples();
    double[] lam = new double[count];
    Arrays.fill(lam, 1.0 / count);
    try (AdAutoMix model = trials.network(kind, 0);
        Scope scope = Scope.open()) {
      run.load(variant(kind) + "-s" + run.seed(), model);
      model.eval();
      Tensor image = task.test().narrow(0, 0, 3L * TUPLES).to(Engine.get().device());
      long[] labels = task.testLabels().toLongs();
      Tensor[] order = new Tensor[count];
      for (int i = 0; i < count; i++) {
        long[] places = new long[TUPLES];
        for (int k = 0; k < TUPLES; k++) {
          places[k] = (long) i * TUPLES + k;
        }
        order[i] = Tensor.of(places, TUPLES).to(image.device());
      }
      MixingStep step = model.step(model.adaptive());
      Tensor masks =
          Autograd.noGrad(
              () -> step.generator().masks(step.teacher().early(image), order, lam).mask());
      Tensor mixed = MixingStep.mix(image, masks, order);
      List<String> columns = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        columns.add("image " + (char) ('a' + i));
      }
      for (int i = 0; i < count; i++) {
        columns.add("mask " + (char) ('a' + i));
      }
      columns.add("mixed");
      ImageGrid.Builder grid =
          ImageGrid.titled(kind.title()).columns(columns.toArray(String[]::new));
      for (int k = 0; k < TUPLES; k++) {
        List<Tile> tiles = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          int place = i * TUPLES + k;
          tiles.add(tile(image.get(place)).captioned(task.classes().get((int) labels[place])));
        }
        for (int i = 0; i < count; i++) {
          tiles.add(Tile.colored(values(masks.get(k).get(i)), ColorMap.VIRIDIS, 0, 1));
        }
        tiles.add(tile(mixed.get(k)));
        grid.row("", tiles);
      }
      run.report().images(grid.build());
    }
  }

  private static double[][] values(Tensor map) {
    int columns = (int) map.size(1);
    double[] flat = map.toDoubles();
    double[][] rows = new double[(int) map.size(0)][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(flat, i * columns, (i + 1) * columns);
    }
    return rows;
  }

  /** Brightest and darkest values of the image become white and black. */
  private static Tile tile(Tensor image) {
    double low = image.min().item();
    double high = image.max().item();
    return Tile.chw(
        image.sub(low).div(Math.max(1e-6, high - low)).toFloats(),
        (int) image.size(0),
        (int) image.size(1),
        (int) image.size(2));
  }
}
