package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataException;
import dev.melange.data.series.TimeSeries;
import dev.melange.metric.AnomalyDetection;
import dev.melange.papers.forecast.ForecastCsv;
import dev.melange.papers.timemixer.AnomalyDetector;
import dev.melange.report.Chart;
import dev.melange.report.Report;
import dev.melange.report.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Finds the rows of a user's series that do not fit the rest. */
@Command(
    name = "anomalies",
    description =
        "Find the rows of a time series that do not fit: learns to reconstruct normal rows, scores"
            + " each row by its reconstruction's error, and writes anomalies.csv.",
    footer = {
      "  melange series anomalies --data meter.csv --percent 0.5",
      "  melange series anomalies --data today.csv --normal lastyear.csv",
      "  melange series anomalies --data machine.csv --label fault       with figures of merit"
    })
final class SeriesAnomaliesCommand extends SeriesTaskCommand {
  private static final String EXAMPLE = "melange series anomalies --data meter.csv";
  private static final int MOST_CHARTS = 4;
  private static final int SHOWN = 10;

  @Mixin private SeriesDataOptions data;

  @Option(
      names = "--normal",
      paramLabel = "FILE",
      description = "Rows with few or no anomalies to learn from (default: those of --data).")
  private Path normal;

  @Option(
      names = "--percent",
      paramLabel = "P",
      description = "Expected share of anomalies, which sets the threshold (default 1).")
  private Double percent;

  @Option(
      names = "--label",
      paramLabel = "COLUMN",
      description = "A column of 0 and 1 that tells the true anomalies; used for figures alone.")
  private String label;

  @Option(
      names = "--fill",
      paramLabel = "none|linear|ffill",
      description = "Missing values: refused (default), or filled with a line or the value before.")
  private String fill;

  @Option(
      names = "--length",
      paramLabel = "N",
      description = "Rows that are looked at together (default 96, or what fits).")
  private Integer length;

  @Override
  int usualEpochs() {
    return 1; // a longer training learns to copy anomalies, too
  }

  @Override
  SeriesInput input() throws IOException {
    return data.single(EXAMPLE);
  }

  @Override
  Integer length() {
    return length;
  }

  @Override
  Map<String, String> settings() throws IOException {
    if (percent != null && !(percent > 0 && percent < 100)) {
      throw new IllegalArgumentException("--percent lies between 0 and 100, got " + percent);
    }
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("percent", Double.toString(percent == null ? 1 : percent));
    settings.put("fill", choice("--fill", fill, List.of("none", "linear", "ffill")));
    if (label != null) {
      settings.put("label", label);
    }
    if (normal != null) {
      settings.put("normal", normal.toAbsolutePath().toString());
    }
    return settings;
  }

  @Override
  Outcome perform(Console console, SeriesTaskRequest request, FitRun fitting) throws IOException {
    Map<String, String> settings = request.more();
    String truth = settings.get("label");
    TimeSeries all = request.input().read(truth == null ? List.of() : List.of(truth)).get(0);
    TimeSeries series = filled(without(all, truth), settings.get("fill"));
    TimeSeries learned =
        settings.containsKey("normal")
            ? filled(
                request.input().of(settings.get("normal"), series.columns()).readOne(),
                settings.get("fill"))
            : series;
    boolean[] labels = truth == null ? new boolean[all.rows()] : labels(all, truth);
    int window = request.lengthFor(Math.min(series.rows(), learned.rows()));
    console.note("%s: %,d rows, windows of %d".formatted(series.name(), series.rows(), window));
    try (AnomalyDetector detector =
        AnomalyDetector.fit(
            learned, window, request.recipe(learned.rows() - window), request.seed(), fitting)) {
      double[] scores = detector.scores(series);
      AnomalyDetection found =
          AnomalyDetection.of(
              detector.scores(learned),
              scores,
              labels,
              Double.parseDouble(settings.get("percent")));
      return outcome(console, fitting.folder(), series, scores, truth != null, found);
    }
  }

  private static TimeSeries without(TimeSeries all, String column) {
    if (column == null) {
      return all;
    }
    List<String> others = new ArrayList<>(all.columns());
    others.remove(column);
    if (others.isEmpty()) {
      throw new DataException(
          "%s has no column beside the label '%s'".formatted(all.name(), column));
    }
    return all.select(others);
  }

  private static boolean[] labels(TimeSeries all, String column) {
    int index = all.column(column);
    boolean[] labels = new boolean[all.rows()];
    for (int row = 0; row < labels.length; row++) {
      double value = all.get(row, index);
      if (value != 0 && value != 1) {
        throw new DataException(
            "%s: label '%s' must be 0 or 1, got %s in row %d"
                .formatted(all.name(), column, value, row + 1));
      }
      labels[row] = value == 1;
    }
    return labels;
  }

  private static Outcome outcome(
      Console console,
      Path folder,
      TimeSeries series,
      double[] scores,
      boolean labelled,
      AnomalyDetection found) {
    boolean[] flags = Arrays.copyOf(found.raw(), scores.length);
    int[] rows = IntStream.range(0, flags.length).filter(row -> flags[row]).toArray();
    Path csv = folder.resolve("anomalies.csv");
    List<String> dates = ForecastCsv.dates(series);
    Table.Builder scored =
        Table.titled("Scores")
            .text(series.times().isPresent() ? "date" : "step")
            .number("score", "%.6g")
            .text("anomaly");
    for (int row = 0; row < scores.length; row++) {
      scored.row(dates.get(row), scores[row], flags[row] ? "1" : "0");
    }
    scored.build().save(csv);
    ObjectNode json = Json.object();
    json.put("rows", series.rows()).put("threshold", found.threshold());
    ArrayNode flagged = json.putArray("anomalies");
    for (int row : rows) {
      flagged.addObject().put("at", dates.get(row)).put("score", scores[row]);
    }
    Report report =
        new Report("Anomalies of " + series.name())
            .subtitle("%,d of %,d rows".formatted(rows.length, series.rows()))
            .section("Scores")
            .charts(scoreChart(scores, rows, found.threshold()))
            .section("Where they are")
            .charts(
                IntStream.range(0, Math.min(MOST_CHARTS, series.columns().size()))
                    .mapToObj(c -> columnChart(series, c, rows))
                    .toList());
    Table merit = labelled ? merit(json, found) : null;
    if (labelled) {
      report
          .section("Figures of merit")
          .table(merit)
          .paragraph(
              "Point adjustment counts a whole true segment as found if one of its rows is flagged, as published results do; it makes figures larger.");
    }
    return new Outcome(
        report,
        json,
        () -> {
          if (labelled) {
            console.table(merit);
          }
          List<List<String>> lines = new ArrayList<>();
          IntStream.of(rows)
              .boxed()
              .sorted((a, b) -> Double.compare(scores[b], scores[a]))
              .limit(SHOWN)
              .forEach(
                  row ->
                      lines.add(
                          List.of(
                              dates.get(row), String.format(Locale.ROOT, "%.4g", scores[row]))));
          console.line(
              "%,d of %,d rows score above %.4g%s"
                  .formatted(
                      rows.length,
                      series.rows(),
                      found.threshold(),
                      rows.length > SHOWN ? "; the highest:" : ":"));
          console.list(List.of(series.times().isPresent() ? "date" : "step", "score"), lines);
          console.line("Scores: " + csv);
        });
  }

  private static Table merit(ObjectNode json, AnomalyDetection found) {
    Table.Builder table =
        Table.titled("Flags against the labels")
            .text("counted")
            .number("precision", "%.3f")
            .number("recall", "%.3f")
            .number("F1", "%.3f");
    ObjectNode figures = json.putObject("merit");
    put(table, figures, "row by row", found.rawScore());
    put(table, figures, "point-adjusted", found.adjustedScore());
    return table.build();
  }

  private static void put(
      Table.Builder table, ObjectNode json, String name, AnomalyDetection.Score score) {
    table.row(name, score.precision(), score.recall(), score.f1());
    json.putObject(name)
        .put("precision", score.precision())
        .put("recall", score.recall())
        .put("f1", score.f1());
  }

  private static Chart scoreChart(double[] scores, int[] rows, double threshold) {
    return Chart.xy("Error of the reconstruction")
        .x("row")
        .y("score")
        .line("score", count(scores.length), scores)
        .reference(
            "threshold", new double[] {1, scores.length}, new double[] {threshold, threshold})
        .points("above", rows(rows), IntStream.of(rows).mapToDouble(row -> scores[row]).toArray())
        .build();
  }

  private static Chart columnChart(TimeSeries series, int column, int[] rows) {
    double[] values =
        IntStream.range(0, series.rows()).mapToDouble(row -> series.get(row, column)).toArray();
    String name = series.columns().get(column);
    return Chart.xy(name)
        .x("row")
        .y(name)
        .line(name, count(values.length), values)
        .points(
            "anomalies", rows(rows), IntStream.of(rows).mapToDouble(row -> values[row]).toArray())
        .build();
  }

  private static double[] count(int length) {
    return IntStream.rangeClosed(1, length).asDoubleStream().toArray();
  }

  private static double[] rows(int[] rows) {
    return IntStream.of(rows).mapToDouble(row -> row + 1).toArray();
  }
}
