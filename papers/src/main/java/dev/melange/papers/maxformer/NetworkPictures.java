package dev.melange.papers.maxformer;

import dev.melange.data.image.Image;
import dev.melange.nn.spiking.SpikeListener;
import dev.melange.papers.study.StudyRun;
import dev.melange.report.Chart;
import dev.melange.report.ColorMap;
import dev.melange.report.ImageGrid;
import dev.melange.report.Table;
import dev.melange.report.Tile;
import dev.melange.report.XyChart;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Pictures and tables of the trained networks of the first seed. */
final class NetworkPictures {
  private static final int IMAGES = 64;
  private static final int RASTER_IMAGES = 6;
  private static final int CELL = 88;
  private static final double CUTOFF = 0.5;

  /** What was seen of one network. */
  private record Seen(List<String> layers, List<double[]> spectra, List<Double> high) {}

  private final Arena arena;
  private final Map<String, Seen> seen = new LinkedHashMap<>();
  private final Map<String, SpikingProfile> profiles = new LinkedHashMap<>();
  private ImageGrid raster;

  private NetworkPictures(Arena arena) {
    this.arena = arena;
  }

  /** Loads the networks and shows them the first test images. */
  static NetworkPictures of(StudyRun run, Arena arena) throws IOException {
    NetworkPictures pictures = new NetworkPictures(arena);
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor x = arena.testImages(IMAGES);
      for (String mixer : arena.settings().mixers()) {
        try (MaxFormer model = arena.create(mixer, true, 0)) {
          run.load(mixer + "-s" + run.seed(), model);
          model.eval();
          pictures.look(MaxFormerReport.title(mixer), model, x);
          pictures.profiles.put(MaxFormerReport.title(mixer), SpikingProfile.of(model, x));
          if (pictures.raster == null) {
            pictures.raster = pictures.raster(model, mixer, x);
          }
        }
      }
      for (String mixer : arena.settings().twins()) {
        try (MaxFormer model = arena.create(mixer, false, 0)) {
          run.load("relu-" + mixer + "-s" + run.seed(), model);
          model.eval();
          pictures.look(MaxFormerReport.title(mixer) + ", ReLU", model, x);
        }
      }
    }
    return pictures;
  }

  private void look(String title, MaxFormer model, Tensor x) {
    List<String> layers = new ArrayList<>();
    List<double[]> spectra = new ArrayList<>();
    List<Double> high = new ArrayList<>();
    List<Tensor> maps = model.maps(x);
    for (int i = 0; i < maps.size(); i++) {
      Tensor map = maps.get(i).mean(0); // over the time steps: [B, C, h, w]
      if (map.size(2) > 1 && map.size(3) > 1) {
        Tensor varying = map.sub(map.meanKeep(2, 3));
        layers.add(model.mapNames().get(i));
        spectra.add(Spectrum.of(map, CUTOFF).relative().toDoubles());
        high.add(Spectrum.highFrequencyRatio(varying, CUTOFF));
      }
    }
    seen.put(title, new Seen(layers, spectra, high));
  }

  /** One chart per layer, one curve per network. */
  List<Chart> spectra() {
    List<Chart> charts = new ArrayList<>();
    List<String> layers = seen.values().iterator().next().layers();
    for (int i = 0; i < layers.size(); i++) {
      int layer = i;
      XyChart.Builder chart =
          Chart.xy("After " + layers.get(layer))
              .x("frequency (pi)")
              .y("log amplitude, relative to frequency 0");
      seen.forEach(
          (title, network) -> {
            double[] ys = network.spectra().get(layer);
            double[] xs = new double[ys.length];
            for (int k = 0; k < xs.length; k++) {
              xs[k] = (double) k / (xs.length - 1);
            }
            chart.line(title, xs, ys);
          });
      charts.add(chart.build());
    }
    return charts;
  }

  /** Shares of high frequencies by layer and network. */
  Table highFrequencies() {
    Table.Builder table =
        Table.titled("Share of the energy at high spatial frequencies (mean of each map removed)")
            .text("network");
    List<String> layers = seen.values().iterator().next().layers();
    layers.forEach(layer -> table.number("after " + layer, "%.3f"));
    seen.forEach(
        (title, network) -> {
          List<Object> row = new ArrayList<>(List.of(title));
          row.addAll(network.high());
          table.row(row.toArray());
        });
    return table.build();
  }

  /** What each network does, by its name for readers. */
  Map<String, SpikingProfile> profiles() {
    return profiles;
  }

  /** Energy of an image by network. */
  Table energies() {
    Table.Builder table =
        Table.titled("Estimated energy of an image")
            .text("mixer")
            .number("firing rate", "%.3f")
            .number("operations (M)", "%.2f")
            .number("by spikes (M)", "%.2f")
            .number("energy (µJ)", "%.2f", Table.Best.LOWEST)
            .number("if real-valued, one step (µJ)", "%.2f");
    profiles.forEach(
        (title, profile) -> {
          double sops = 0;
          for (double value : profile.energy().sops()) {
            sops += value;
          }
          table.row(
              title,
              profile.meanRate(),
              profile.products().stream().mapToDouble(SpikingProfile.Product::operations).sum()
                  / 1e6,
              sops / 1e6,
              profile.energy().millijoules() * 1e3,
              profile.energyOfRealTwin().millijoules() * 1e3);
        });
    return table.build();
  }

  /** What the first neurons do with single images in each time step. */
  ImageGrid raster() {
    return raster;
  }

  private ImageGrid raster(MaxFormer model, String mixer, Tensor x) throws IOException {
    int count = (int) Math.min(RASTER_IMAGES, x.size(0));
    List<double[][][][]> first = new ArrayList<>();
    SpikeListener.during(
        (neuron, spikes) -> {
          if (first.isEmpty()) {
            first.add(shares(spikes));
          }
        },
        () -> model.forward(x.slice(0, 0, count)));
    double[][][][] shares = first.get(0); // [T][image][row][column]
    List<String> columns = new ArrayList<>(List.of("image"));
    for (int t = 1; t <= shares.length; t++) {
      columns.add("step " + t);
    }
    List<ImageGrid.Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Image image = arena.images().shown(i);
      List<Tile> tiles = new ArrayList<>(List.of(Tile.of(image.toBufferedImage())));
      for (double[][][] step : shares) {
        double share = 0;
        for (double[] line : step[i]) {
          for (double value : line) {
            share += value / (step[i].length * line.length);
          }
        }
        tiles.add(
            Tile.colored(step[i], ColorMap.VIRIDIS, 0, 1)
                .captioned(String.format(Locale.ROOT, "%.0f %% fire", 100 * share)));
      }
      rows.add(new ImageGrid.Row("test image " + (i + 1), tiles));
    }
    return new ImageGrid(
        "Where the first neurons fire in each step: share of the channels, "
            + MaxFormerReport.title(mixer),
        columns,
        rows,
        CELL,
        false);
  }

  /** The share of the channels that fire: [T, B, C, H, W] to [T][B][H][W]. */
  private static double[][][][] shares(Tensor spikes) {
    double[] flat = spikes.mean(2).toDoubles();
    int steps = (int) spikes.size(0);
    int images = (int) spikes.size(1);
    int height = (int) spikes.size(3);
    int width = (int) spikes.size(4);
    double[][][][] shares = new double[steps][images][height][width];
    for (int i = 0; i < flat.length; i++) {
      int pixel = i % (height * width);
      int map = i / (height * width);
      shares[map / images][map % images][pixel / width][pixel % width] = flat[i];
    }
    return shares;
  }
}
