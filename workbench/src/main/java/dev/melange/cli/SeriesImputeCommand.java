package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataException;
import dev.melange.data.series.TimeSeries;
import dev.melange.io.AtomicFiles;
import dev.melange.papers.forecast.ForecastCsv;
import dev.melange.papers.timemixer.Imputer;
import dev.melange.report.Chart;
import dev.melange.report.Report;
import dev.melange.report.Table;
import dev.melange.report.XyChart;
import dev.melange.tensor.Rng;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Fills the gaps of a user's series. */
@Command(
    name = "impute",
    description =
        "Fill the missing values of a time series: learns to guess hidden values from those around"
            + " them, tests that on gaps it makes itself, against a straight line and the value"
            + " before, and writes filled.csv.",
    footer = {
      "  melange series impute --data meter.csv",
      "  melange series impute --data sensors.csv --freq 15t --length 192 --gap 24",
      "  melange series impute --resume                     the newest that has not ended"
    })
final class SeriesImputeCommand extends SeriesTaskCommand {
  private static final String EXAMPLE = "melange series impute --data meter.csv";
  private static final int MOST_CHARTS = 8;
  private static final long HOLES = 2;

  @Mixin private SeriesDataOptions data;

  @Option(
      names = "--length",
      paramLabel = "N",
      description =
          "Rows that are looked at together; longer than the gaps (default 96, or what fits).")
  private Integer length;

  @Option(
      names = "--hide",
      paramLabel = "PERCENT",
      description = "Share of the known values that are hidden for the test (default 5).")
  private Double hide;

  @Option(
      names = "--gap",
      paramLabel = "N",
      description =
          "Length of the gaps made for the test (default: the mean length of the file's gaps).")
  private Integer gap;

  @Override
  int usualEpochs() {
    return 10;
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
  Map<String, String> settings() {
    if (hide != null && !(hide > 0 && hide <= 50)) {
      throw new IllegalArgumentException("--hide lies in (0, 50] per cent, got " + hide);
    }
    if (gap != null && gap < 1) {
      throw new IllegalArgumentException("--gap must be at least 1, got " + gap);
    }
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("hide", Double.toString(hide == null ? 5 : hide));
    if (gap != null) {
      settings.put("gap", gap.toString());
    }
    return settings;
  }

  /** The errors at the hidden values, per column. */
  private record Errors(double[] model, double[] line, double[] before, int hidden) {}

  @Override
  Outcome perform(Console console, SeriesTaskRequest request, FitRun fitting) throws IOException {
    TimeSeries series = request.input().readOne();
    if (series.missing() == 0) {
      throw new DataException(
          "%s has no missing values, there is nothing to fill; rows that the file leaves out become missing values with --freq"
              .formatted(series.name()));
    }
    int window = request.lengthFor(series.rows());
    console.note(
        "%s: %,d rows, %,d missing values %s"
            .formatted(series.name(), series.rows(), series.missing(), series.missingByColumn()));
    int gaps =
        request.more().containsKey("gap")
            ? Integer.parseInt(request.more().get("gap"))
            : Math.min(window / 2, meanGap(series));
    boolean[] hidden =
        hidden(series, Double.parseDouble(request.more().get("hide")) / 100, gaps, request.seed());
    TimeSeries torn = torn(series, hidden);
    try (Imputer imputer =
        Imputer.fit(
            torn, window, request.recipe(series.rows() - window), request.seed(), fitting)) {
      TimeSeries filled = imputer.fill(series);
      Errors errors = errors(series, torn, hidden, imputer.fill(torn));
      Path csv = fitting.folder().resolve("filled.csv");
      AtomicFiles.write(csv, ForecastCsv.series(filled));
      Table table = table(series, errors, gaps);
      String summary = summary(series, errors);
      ObjectNode json = Json.object();
      json.put("filled", series.missing()).put("hidden", errors.hidden()).put("gap", gaps);
      ObjectNode columns = json.putObject("mae");
      for (int c = 0; c < series.columns().size(); c++) {
        columns
            .putObject(series.columns().get(c))
            .put("timemixer", errors.model()[c])
            .put("line", errors.line()[c])
            .put("value before", errors.before()[c]);
      }
      Report report =
          new Report("Gaps of " + series.name())
              .subtitle("%,d values filled by TimeMixer".formatted(series.missing()))
              .section("Filled")
              .charts(charts(series, filled))
              .section("Test")
              .paragraph(
                  "%,d known values were hidden in gaps of %d rows, from the training too; errors are at those values."
                      .formatted(errors.hidden(), gaps))
              .table(table)
              .paragraph(summary);
      return new Outcome(
          report,
          json,
          () -> {
            console.table(table);
            console.paragraph("", summary);
            console.line("Filled: " + csv);
          });
    }
  }

  private static int meanGap(TimeSeries series) {
    int gaps = 0;
    for (int c = 0; c < series.columns().size(); c++) {
      for (int row = 0; row < series.rows(); row++) {
        boolean missing = Double.isNaN(series.get(row, c));
        gaps += missing && (row == 0 || !Double.isNaN(series.get(row - 1, c))) ? 1 : 0;
      }
    }
    return Math.max(1, series.missing() / gaps);
  }

  // Gaps of a length in all columns, each by itself, neither at the ends nor beside each other.
  private static boolean[] hidden(TimeSeries series, double share, int gap, long seed) {
    int width = series.columns().size();
    boolean[] hidden = new boolean[series.rows() * width];
    int places = series.rows() / (gap + 1) - 1;
    for (int c = 0; c < width; c++) {
      Rng rng = new Rng(seed).fork(HOLES, c);
      int count = 0;
      for (int place = 0; place < places; place++) {
        int first = 1 + place * (gap + 1);
        if (rng.nextDouble() <= share) {
          for (int row = first; row < first + gap; row++) {
            boolean known = !Double.isNaN(series.get(row, c));
            hidden[row * width + c] = known;
            count += known ? 1 : 0;
          }
        }
      }
      if (count == 0) {
        throw new DataException(
            "%s: no value of column '%s' was hidden for the test; hide more (--hide), or make shorter gaps (--gap)"
                .formatted(series.name(), series.columns().get(c)));
      }
    }
    return hidden;
  }

  private static TimeSeries torn(TimeSeries series, boolean[] hidden) {
    double[] values = series.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = hidden[i] ? Double.NaN : values[i];
    }
    return new TimeSeries(
        series.name(),
        series.times().orElse(null),
        series.frequency().orElse(null),
        series.columns(),
        values);
  }

  private static Errors errors(
      TimeSeries truth, TimeSeries torn, boolean[] hidden, TimeSeries filled) {
    int count = (int) IntStream.range(0, hidden.length).filter(i -> hidden[i]).count();
    return new Errors(
        errors(truth, hidden, filled),
        errors(truth, hidden, torn.filled(TimeSeries.Fill.LINEAR)),
        errors(truth, hidden, torn.filled(TimeSeries.Fill.FORWARD)),
        count);
  }

  private static double[] errors(TimeSeries truth, boolean[] hidden, TimeSeries filled) {
    int width = truth.columns().size();
    double[] sums = new double[width];
    int[] counts = new int[width];
    for (int i = 0; i < hidden.length; i++) {
      if (hidden[i]) {
        sums[i % width] += Math.abs(filled.values()[i] - truth.values()[i]);
        counts[i % width]++;
      }
    }
    return IntStream.range(0, width).mapToDouble(c -> sums[c] / counts[c]).toArray();
  }

  private static Table table(TimeSeries series, Errors errors, int gap) {
    Table.Builder table =
        Table.titled("Mean absolute error at values hidden in gaps of %d".formatted(gap))
            .text("column")
            .number("timemixer", "%.4g")
            .number("straight line", "%.4g")
            .number("value before", "%.4g");
    for (int c = 0; c < series.columns().size(); c++) {
      table.row(series.columns().get(c), errors.model()[c], errors.line()[c], errors.before()[c]);
    }
    return table.build();
  }

  private static String summary(TimeSeries series, Errors errors) {
    double ratio = 0;
    int width = series.columns().size();
    for (int c = 0; c < width; c++) {
      ratio += errors.model()[c] / Math.min(errors.line()[c], errors.before()[c]) / width;
    }
    return ratio < 1
        ? String.format(
            Locale.ROOT,
            "The guesses err %.0f %% less than the better of the two simple ways, mean of the columns.",
            100 * (1 - ratio))
        : "A straight line or the value before is as good: prefer that (melange forecast --fill), or"
            + " try longer windows (--length) or more epochs.";
  }

  // Around the longest gap of each column.
  private static List<Chart> charts(TimeSeries series, TimeSeries filled) {
    List<Chart> charts = new ArrayList<>();
    for (int c = 0; c < series.columns().size() && charts.size() < MOST_CHARTS; c++) {
      int[] gap = longestGap(series, c);
      if (gap[1] > gap[0]) {
        charts.add(chart(series, filled, c, gap));
      }
    }
    return charts;
  }

  private static int[] longestGap(TimeSeries series, int column) {
    int[] longest = {0, 0};
    int begin = 0;
    for (int row = 0; row < series.rows(); row++) {
      if (!Double.isNaN(series.get(row, column))) {
        begin = row + 1;
      } else if (row + 1 - begin > longest[1] - longest[0]) {
        longest = new int[] {begin, row + 1};
      }
    }
    return longest;
  }

  private static Chart chart(TimeSeries series, TimeSeries filled, int column, int[] gap) {
    int around = Math.max(24, gap[1] - gap[0]);
    int from = Math.max(0, gap[0] - around);
    int to = Math.min(series.rows(), gap[1] + around);
    double[] rows = IntStream.range(from, to).mapToDouble(row -> row + 1).toArray();
    String name = series.columns().get(column);
    double[] holes =
        IntStream.range(from, to)
            .filter(row -> Double.isNaN(series.get(row, column)))
            .mapToDouble(row -> row + 1)
            .toArray();
    XyChart.Builder chart = Chart.xy(name + ", around its longest gap").x("row").y(name);
    chart.line(
        "series",
        rows,
        IntStream.range(from, to).mapToDouble(row -> filled.get(row, column)).toArray());
    chart.points(
        "filled",
        holes,
        IntStream.range(0, holes.length)
            .mapToDouble(i -> filled.get((int) holes[i] - 1, column))
            .toArray());
    return chart.build();
  }
}
