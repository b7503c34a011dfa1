package dev.melange.papers.maxformer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.metric.Summary;
import dev.melange.papers.maxformer.MaxFormerStudy.Results;
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

/** The study's part of the report. */
final class MaxFormerReport {
  private static final Map<String, String> TITLES = new LinkedHashMap<>();

  static {
    TITLES.put("avg", "average-pooling 3x3");
    TITLES.put("max", "max-pooling 3x3");
    TITLES.put("dwc3", "depthwise convolution 3x3");
    TITLES.put("identity", "none");
    TITLES.put("published", "as published, by stage");
  }

  private final StudyRun run;
  private final Arena arena;
  private final Results results;

  MaxFormerReport(StudyRun run, Arena arena, Results results) {
    this.run = run;
    this.arena = arena;
    this.results = results;
  }

  /** The name of a mixer for readers. */
  static String title(String mixer) {
    return TITLES.getOrDefault(mixer, mixer);
  }

  void write() throws IOException {
    accuracies();
    NetworkPictures pictures = NetworkPictures.of(run, arena);
    run.report()
        .section("What the layers pass on")
        .paragraph(
            "Relative log amplitude of each layer's map (mean over the time steps) along the diagonal of its spectrum, from frequency 0 to the highest, pi, over test images; first seed. A curve that falls less has kept more of the high frequencies. Besides: the same network with ReLU in the place of the neurons, in one step. A layer of neurons alone does not lower the spatial share (see below): this is about whole trained networks.")
        .charts(pictures.spectra());
    run.result(pictures.highFrequencies());
    run.report()
        .section("Firing and energy")
        .paragraph(
            "How often the layers of neurons fire on the same images, and what an inference would cost on 45 nm hardware: 4.6 pJ for a multiply-accumulate of real-valued input, 0.9 pJ for each accumulate that a spike causes. Operations are per image in one time step; those by spikes in all steps. The last column is the same network if its input were real-valued throughout. An estimate from operation counts, nothing that was measured on such hardware.")
        .charts(SpikingTables.firingRates(pictures.profiles()));
    run.result(pictures.energies());
    for (Map.Entry<String, SpikingProfile> entry : pictures.profiles().entrySet()) {
      run.report()
          .details(
              "By layer: " + entry.getKey(),
              details ->
                  details
                      .table(SpikingTables.firingByLayer(entry.getValue()))
                      .table(SpikingTables.energyByLayer(entry.getValue())));
    }
    run.report().images(pictures.raster());
    neurons();
    compare();
  }

  private void accuracies() throws IOException {
    MaxFormerSettings settings = arena.settings();
    Report report = run.report();
    report
        .section("Accuracy by token mixer")
        .paragraph(
            "%s, %,d training and %,d test images %dx%dx%d. Embeddings %s, depths %s, widths up to %d, %d time steps, %d epochs, batches of %d, seeds %d. All networks share the data, the order of the batches and the budget; only the mixers differ."
                .formatted(
                    arena.images().name(),
                    arena.images().train().size(),
                    arena.images().test().size(),
                    arena.images().channels(),
                    arena.side(),
                    arena.side(),
                    settings.embeds(),
                    settings.depths(),
                    settings.embed_dims(),
                    settings.T(),
                    settings.epochs(arena.images().train().size()) + settings.cooldown(),
                    settings.batch(),
                    settings.seeds()));
    if (!arena.images().name().equals(settings.data().get(0))) {
      report.paragraph(
          "%s is not on this machine, so the study ran on %s instead; melange data where %s tells how to get it."
              .formatted(settings.data().get(0), arena.images().name(), settings.data().get(0)));
    }
    Table.Builder table =
        Table.titled("Test accuracy on " + arena.images().name())
            .text("mixer")
            .text("neurons")
            .number("parameters", "%,.0f")
            .number("top-1 (%)", "%.2f", Table.Best.HIGHEST);
    XyChart.Builder curves = Chart.xy("Test accuracy").x("epoch").y("top-1 (%)");
    results
        .spiking()
        .forEach(
            (mixer, trials) -> {
              Summary summary = Summary.of(results.accuracies(mixer));
              table.row(
                  title(mixer),
                  "spiking",
                  trials.get(0).get("parameters").asDouble(),
                  trials.size() == 1
                      ? summary.mean()
                      : new Table.PlusMinus(summary.mean(), summary.sd()));
              curve(curves, title(mixer), trials);
            });
    results
        .twins()
        .forEach(
            (mixer, trial) ->
                table.row(
                    title(mixer),
                    "ReLU, one step",
                    trial.get("parameters").asDouble(),
                    trial.get("accuracy").asDouble()));
    run.result(table.build());
    report.charts(curves.build());
  }

  private static void curve(XyChart.Builder chart, String name, List<ObjectNode> trials) {
    double[][] bySeed =
        trials.stream().map(t -> numbers(t.get("accuracy_by_epoch"))).toArray(double[][]::new);
    double[] epochs = new double[bySeed[0].length];
    for (int i = 0; i < epochs.length; i++) {
      epochs[i] = i + 1;
    }
    if (bySeed.length == 1) {
      chart.line(name, epochs, bySeed[0]);
    } else {
      chart.seeds(name, epochs, bySeed);
    }
  }

  private static double[] numbers(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asDouble();
    }
    return values;
  }

  private void neurons() {
    run.report()
        .section("Single neurons")
        .paragraph(
            "The response of the charging without firing is that of a linear filter (tau 2). Measured is the linear part of the response of firing neurons to noise around a mean, threshold 1.")
        .charts(responses());
    Table.Builder table =
        Table.titled("Gain of firing neurons by temporal frequency, mean over the seeds")
            .text("neuron")
            .number("mean input", "%.1f")
            .number("lowest frequencies", "%.3f")
            .number("highest frequencies", "%.3f")
            .number("highest / lowest", "%.2f", Table.Best.HIGHEST);
    for (double mean : NeuronChecks.MEANS) {
      for (String kind : List.of("lif", "if")) {
        String key = kind + "-" + mean;
        table.row(
            kind.equals("lif") ? "with leak" : "without leak",
            mean,
            MaxFormerStudy.mean(results.temporal(), key, "low"),
            MaxFormerStudy.mean(results.temporal(), key, "high"),
            MaxFormerStudy.mean(results.temporal(), key, "ratio"));
      }
    }
    run.result(table.build());
    Table.Builder spatial =
        Table.titled("Share of the energy at high spatial frequencies, mean over the seeds")
            .text("map")
            .number("share", "%.3f");
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("spikes", "spikes of neurons that see noise, mean over 4 steps");
    rows.put("max_pooled", "the same, max-pooled");
    rows.put("avg_pooled", "the same, average-pooled");
    rows.put("relu", "ReLU of the noise");
    rows.put("image_spikes", "spikes of neurons that see the test images");
    rows.put("image_relu", "ReLU of the test images");
    rows.forEach((key, text) -> spatial.row(text, MaxFormerStudy.mean(results.spatial(), key)));
    run.result(spatial.build());
    run.report()
        .paragraph(
            "Neurons alone do not lower the share of high spatial frequencies against ReLU: their threshold makes edges. That spiking networks lose them is a statement about whole trained networks.");
  }

  private List<Chart> responses() {
    XyChart.Builder theory =
        Chart.xy("Charging without firing").x("frequency (rad per step)").y("gain").yRange(0, 2);
    for (String kind : List.of("lif", "if")) {
      NeuronResponse.Config config = new NeuronResponse.Config(kind, 2, 65);
      double[] omega = NeuronResponse.frequencies(config);
      double[] gain = NeuronResponse.magnitude(config);
      int from = kind.equals("if") ? 1 : 0; // infinite at 0
      theory.line(
          kind.equals("lif") ? "with leak" : "without leak",
          Arrays.copyOfRange(omega, from, omega.length),
          Arrays.copyOfRange(gain, from, gain.length));
    }
    List<Chart> charts = new ArrayList<>(List.of(theory.build()));
    for (double mean : NeuronChecks.MEANS) {
      XyChart.Builder chart =
          Chart.xy(String.format(Locale.ROOT, "Firing neurons, mean input %.1f", mean))
              .x("frequency (rad per step)")
              .y("gain");
      for (String kind : List.of("lif", "if")) {
        double[] gain = numbers(results.temporal().get(0).get(kind + "-" + mean).get("gain"));
        double[] omega = new double[gain.length];
        for (int i = 0; i < omega.length; i++) {
          omega[i] = Math.PI * (i + 1) / omega.length;
        }
        chart.line(kind.equals("lif") ? "with leak" : "without leak", omega, gain);
      }
      charts.add(chart.build());
    }
    return charts;
  }

  private void compare() {
    String where = " (" + arena.images().name() + ")";
    if (results.spiking().containsKey("avg") && results.spiking().containsKey("max")) {
      run.compare(
          "average-pooling and max-pooling as mixer of a spiking transformer, top-1 (%)",
          "76.73 and 79.12 (CIFAR-100)",
          String.format(
              Locale.ROOT,
              "%.2f and %.2f%s",
              Summary.of(results.accuracies("avg")).mean(),
              Summary.of(results.accuracies("max")).mean(),
              where));
    }
    run.compare(
        "Max-Former-10-768, top-1 (%), parameters",
        "82.39, 63.99 M (ImageNet)", "not trained here; its network is in the catalogue");
    run.compare(
        "leaky neurons against those without leak: highest over lowest gain, mean input 0.5",
        "more with leak; no figures in the abstract",
        String.format(
            Locale.ROOT,
            "%.2f against %.2f",
            MaxFormerStudy.mean(results.temporal(), "lif-0.5", "ratio"),
            MaxFormerStudy.mean(results.temporal(), "if-0.5", "ratio")));
  }
}
