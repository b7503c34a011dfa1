package dev.melange.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.papers.fields.FittedField;
import dev.melange.papers.fields.Signal;
import dev.melange.papers.fresh.FrequencyChoice;
import dev.melange.papers.fresh.SignalSpectrum;
import dev.melange.report.Chart;
import dev.melange.report.ColorMap;
import dev.melange.report.ImageGrid;
import dev.melange.report.Report;
import dev.melange.report.Table;
import dev.melange.report.Tile;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Scope;
import dev.melange.train.EpochRecord;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The report of a fitted field. */
final class FitSignalReport {
  private static final int MOST_FRAMES = 4;
  private static final int MOST_SAMPLES = 1000;
  private static final int CELL = 300;

  private final Signal signal;
  private final Signal decoded;
  private final FittedField field;
  private final FrequencyChoice choice; // null without
  private final List<FitSignalRun.Compact> tried;
  private final FitSignalRun.Compact best; // null if none is good enough
  private final JsonNode json;

  FitSignalReport(
      Signal signal,
      Signal decoded,
      FittedField field,
      FrequencyChoice choice,
      List<FitSignalRun.Compact> tried,
      FitSignalRun.Compact best,
      JsonNode json) {
    this.signal = signal;
    this.decoded = decoded;
    this.field = field;
    this.choice = choice;
    this.tried = tried;
    this.best = best;
    this.json = json;
  }

  /** The outcome in a line. */
  static String summary(JsonNode json) {
    String text =
        String.format(
            Locale.ROOT,
            "%s by %s: PSNR %.2f dB, %,d parameters for %,d bytes of values",
            json.get("signal").asText(),
            json.get("model").asText(),
            json.get("psnr").asDouble(),
            json.get("parameters").asLong(),
            json.get("bytes_of_values").asLong());
    return json.has("compact")
        ? text
            + String.format(
                Locale.ROOT,
                "; %,d bytes at %.2f dB (%d bits a weight)",
                json.get("bytes_of_compact").asLong(),
                json.get("psnr_of_compact").asDouble(),
                json.get("bits_of_weight").asInt())
        : text;
  }

  void write(Path file) {
    Report report = new Report(signal.name() + " as a neural field");
    report.subtitle(summary(json));
    if (choice != null) {
      report.section("The frequency setting, chosen before training");
      report.paragraph(
          "FreSh chose %s = %s: untrained networks with this value have the spectrum nearest to the signal's."
              .formatted(choice.key(), choice.value()));
      report.charts(choice.distanceChart(), choice.spectrumChart());
      report.details("All candidates", inner -> inner.table(choice.table()));
    }
    report.section("The signal and its reconstruction");
    if (signal.kind() == Signal.Kind.LINE) {
      report.charts(lines());
    } else {
      report.images(pictures());
    }
    report.charts(spectra());
    field.field().pictures().forEach(report::images);
    report.section("Training").charts(training());
    report.section("Size");
    report.table(sizes()).charts(sizeChart());
    Map<String, Object> facts = new LinkedHashMap<>();
    for (String key : List.of("model", "config", "parameters", "steps", "field")) {
      facts.put(key, json.get(key));
    }
    report.section("Settings").facts(facts);
    report.write(file);
  }

  private List<Chart> lines() {
    int length = signal.shape().sizes().get(0);
    int from = Math.max(0, (length - MOST_SAMPLES) / 2);
    int to = Math.min(length, from + MOST_SAMPLES);
    double[] xs = new double[to - from];
    for (int i = 0; i < xs.length; i++) {
      xs[i] = from + i;
    }
    String part = xs.length < length ? " (the middle)" : "";
    List<Chart> charts = new java.util.ArrayList<>();
    for (int c = 0; c < Math.min(MOST_FRAMES, signal.shape().channels().size()); c++) {
      double[] truth = Arrays.copyOfRange(signal.channel(c), from, to);
      double[] ours = Arrays.copyOfRange(decoded.channel(c), from, to);
      double[] error = new double[xs.length];
      for (int i = 0; i < error.length; i++) {
        error[i] = ours[i] - truth[i];
      }
      String name = signal.shape().channels().get(c);
      charts.add(
          Chart.xy(name + part)
              .x("sample")
              .y(name)
              .line("signal", xs, truth)
              .line("reconstruction", xs, ours)
              .build());
      charts.add(
          Chart.xy("Error of " + name + part)
              .x("sample")
              .y("reconstruction - signal")
              .line("error", xs, error)
              .build());
    }
    return charts;
  }

  private ImageGrid pictures() {
    ImageGrid.Builder grid =
        ImageGrid.titled("Original, reconstruction and error")
            .columns("original", "reconstruction", "error")
            .cellWidth(CELL);
    int frames = signal.kind() == Signal.Kind.VIDEO ? signal.shape().sizes().get(0) : 1;
    int shown = Math.min(MOST_FRAMES, frames);
    for (int i = 0; i < shown; i++) {
      int t = shown == 1 ? 0 : (int) Math.round((frames - 1.0) * i / (shown - 1));
      Signal truth = signal.frame(t);
      Signal ours = decoded.frame(t);
      grid.row(
          frames == 1 ? "" : "frame " + t,
          tile(truth),
          tile(ours).captioned(String.format(Locale.ROOT, "%.2f dB", truth.psnr(ours))),
          error(truth, ours));
    }
    return grid.build();
  }

  private static Tile tile(Signal image) {
    List<Integer> sizes = image.shape().sizes();
    return Tile.chw(image.values(), image.shape().channels().size(), sizes.get(0), sizes.get(1));
  }

  private static Tile error(Signal truth, Signal ours) {
    int height = truth.shape().sizes().get(0);
    int width = truth.shape().sizes().get(1);
    int channels = truth.shape().channels().size();
    double[][] map = new double[height][width];
    double most = 0;
    for (int i = 0; i < height * width; i++) {
      double sum = 0;
      for (int c = 0; c < channels; c++) {
        int at = c * height * width + i;
        sum += Math.abs(ours.values()[at] - truth.values()[at]);
      }
      map[i / width][i % width] = sum / channels;
      most = Math.max(most, sum / channels);
    }
    return Tile.heat(map, ColorMap.INFERNO)
        .captioned(String.format(Locale.ROOT, "at most %.3f", most));
  }

  private Chart spectra() {
    double[] truth = spectrum(signal);
    double[] xs = new double[truth.length];
    for (int i = 0; i < xs.length; i++) {
      xs[i] = i + 1.0;
    }
    return Chart.xy("Spectrum")
        .x("frequency")
        .y("amplitude")
        .logY()
        .line("signal", xs, truth)
        .line("reconstruction", xs, spectrum(decoded))
        .build();
  }

  private static double[] spectrum(Signal signal) {
    int frames = signal.kind() == Signal.Kind.VIDEO ? signal.shape().sizes().get(0) : 1;
    Signal shown = frames == 1 ? signal : signal.frame(frames / 2);
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      int dims = shown.kind().axes();
      int side = shown.shape().sizes().stream().mapToInt(Integer::intValue).min().orElseThrow();
      var config = new SignalSpectrum.Config(Math.max(1, side / 2), dims);
      return SignalSpectrum.of(shown.tensor(), config).to(dev.melange.tensor.DType.F64).toDoubles();
    }
  }

  private Chart training() {
    List<EpochRecord> history = field.training().orElseThrow().history();
    return Chart.xy("PSNR during training")
        .x("step")
        .y("PSNR (dB)")
        .line(
            json.get("model").asText(),
            history.stream().mapToDouble(EpochRecord::step).toArray(),
            history.stream().mapToDouble(epoch -> epoch.metrics().get("psnr")).toArray())
        .build();
  }

  private Table sizes() {
    double values = json.get("bytes_of_values").asDouble();
    Table.Builder table =
        Table.titled("Compact files: weights rounded to some bits, then compressed")
            .number("bits a weight", "%d")
            .number("bytes", "%,d")
            .number("PSNR (dB)", "%.2f")
            .number("share of the values' bytes", "%.4f")
            .text("");
    for (FitSignalRun.Compact one : tried) {
      table.row(
          one.bits(),
          one.bytes(),
          one.psnr(),
          one.bytes() / values,
          one.equals(best) ? "written" : "");
    }
    return table.build();
  }

  private Chart sizeChart() {
    return Chart.xy("PSNR by size")
        .x("bytes")
        .y("PSNR (dB)")
        .line(
            "compact files",
            tried.stream().mapToDouble(FitSignalRun.Compact::bytes).toArray(),
            tried.stream().mapToDouble(FitSignalRun.Compact::psnr).toArray())
        .build();
  }
}
