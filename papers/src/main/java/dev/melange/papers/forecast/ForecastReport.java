package dev.melange.papers.forecast;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.melange.data.series.TimeSeries;
import dev.melange.io.AtomicFiles;
import dev.melange.report.Chart;
import dev.melange.report.Report;
import dev.melange.report.Table;
import dev.melange.report.XyChart;
import dev.melange.train.EpochRecord;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * A forecast on paper: CSV files, tables, charts and a page.
 *
 * @param forecaster what forecast
 * @param series the series it was made for, missing values included
 * @param forecast the rows after its end
 * @param interval its limits; null if it was made without
 * @param backtest how the forecaster did on the last rows; null if it was not tested
 */
public record ForecastReport(
    Forecaster forecaster,
    TimeSeries series,
    TimeSeries forecast,
    Forecaster.Interval interval,
    Backtest backtest) {
  private static final int MOST_COLUMNS = 8; // drawn
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("yyyy-MM-dd", Locale.ROOT);

  // ---- files ----

  /**
   * Writes {@code forecast.csv}, {@code forecast.svg}, {@code report.html} and, after a back-test,
   * {@code backtest.csv}.
   *
   * @param folder exists
   * @param facts names and values for the end of the page, such as the data file
   */
  public void write(Path folder, Map<String, ?> facts) throws IOException {
    AtomicFiles.write(folder.resolve("forecast.csv"), forecastCsv());
    if (backtest != null) {
      AtomicFiles.write(folder.resolve("backtest.csv"), backtestCsv());
    }
    future(0).save(folder.resolve("forecast.svg"));
    page(facts).write(folder.resolve("report.html"));
  }

  /** The forecast as CSV: {@code date} (or {@code step}) and the columns. */
  public String forecastCsv() throws IOException {
    List<String> dates = dates(forecast);
    return csv(
        writer -> {
          List<String> header = new ArrayList<>(forecast.columns());
          header.add(0, forecast.times().isPresent() ? "date" : "step");
          if (interval != null) {
            forecast.columns().forEach(column -> header.addAll(limits(column, interval)));
          }
          writer.writeRecord(header);
          for (int row = 0; row < forecast.rows(); row++) {
            List<String> cells = new ArrayList<>();
            cells.add(dates.get(row));
            for (int c = 0; c < forecast.columns().size(); c++) {
              cells.add(number(forecast.get(row, c)));
            }
            for (int c = 0; interval != null && c < forecast.columns().size(); c++) {
              cells.add(number(interval.low().get(row, c)));
              cells.add(number(interval.high().get(row, c)));
            }
            writer.writeRecord(cells);
          }
        });
  }

  /** The names of a column's limits: {@code OT_low80} and {@code OT_high80}. */
  public static List<String> limits(String column, Forecaster.Interval interval) {
    return List.of(column + "_low" + interval.percent(), column + "_high" + interval.percent());
  }

  /** All forecasts of the back-test as CSV, one line per forecast, step and column. */
  public String backtestCsv() throws IOException {
    List<String> dates = dates(series);
    int width = backtest.columns().size();
    return csv(
        writer -> {
          List<String> header = new ArrayList<>(List.of("origin", "date", "column", "truth"));
          header.addAll(backtest.forecasts().keySet());
          writer.writeRecord(header);
          for (int i = 0; i < backtest.origins().length; i++) {
            int origin = backtest.origins()[i];
            for (int at = 0; at < backtest.truth()[i].length; at++) {
              List<String> cells = new ArrayList<>();
              cells.add(dates.get(origin));
              cells.add(dates.get(origin + at / width));
              cells.add(backtest.columns().get(at % width));
              cells.add(number(backtest.truth()[i][at]));
              for (double[][] forecasts : backtest.forecasts().values()) {
                cells.add(number(forecasts[i][at]));
              }
              writer.writeRecord(cells);
            }
          }
        });
  }

  private interface Rows {
    void write(CsvWriter writer);
  }

  private static String csv(Rows rows) throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter writer = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
      rows.write(writer);
    }
    return text.toString();
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "" : Float.toString((float) value);
  }

  /** The dates of a series' rows, without time of day if all are midnight; else row numbers. */
  public static List<String> dates(TimeSeries series) {
    Optional<long[]> times = series.times();
    if (times.isEmpty()) {
      return IntStream.rangeClosed(1, series.rows()).mapToObj(Integer::toString).toList();
    }
    boolean days = Arrays.stream(times.get()).allMatch(time -> time % 86_400 == 0);
    return Arrays.stream(times.get())
        .mapToObj(
            time -> LocalDateTime.ofEpochSecond(time, 0, ZoneOffset.UTC).format(days ? DAY : TIME))
        .toList();
  }

  // ---- tables ----

  /** The back-test: errors in the column's unit for one column, in scaled units for several. */
  public Table table() {
    boolean single = backtest.columns().size() == 1;
    String title =
        "Back-test: %d forecasts of %d steps%s"
            .formatted(
                backtest.origins().length,
                backtest.horizon(),
                single ? " of " + backtest.columns().get(0) : ", mean of the columns");
    Table.Builder table = Table.titled(title).text("method");
    if (single) {
      table.number("MAE", "%.4g", Table.Best.LOWEST).number("RMSE", "%.4g", Table.Best.LOWEST);
    } else {
      table.number("MAE / std", "%.4f", Table.Best.LOWEST);
    }
    table.number("SMAPE (%)", "%.2f", Table.Best.LOWEST).number("MASE", "%.3f", Table.Best.LOWEST);
    backtest
        .scores()
        .forEach(
            (method, scores) -> {
              double smape = mean(scores, Backtest.Score::smape);
              Double mase = known(mean(scores, Backtest.Score::mase));
              if (single) {
                table.row(method, scores.get(0).mae(), scores.get(0).rmse(), smape, mase);
              } else {
                table.row(method, backtest.scaledMae(method), smape, mase);
              }
            });
    return table.build();
  }

  private Table byColumn() {
    Table.Builder table = Table.titled("Mean absolute error by column, in its unit").text("column");
    backtest.scores().keySet().forEach(method -> table.number(method, "%.4g"));
    for (int c = 0; c < backtest.columns().size(); c++) {
      List<Object> cells = new ArrayList<>(List.of(backtest.columns().get(c)));
      for (List<Backtest.Score> scores : backtest.scores().values()) {
        cells.add(scores.get(c).mae());
      }
      table.row(cells.toArray());
    }
    return table.build();
  }

  // Over the columns that have the value; NaN if none has.
  private static double mean(List<Backtest.Score> scores, ToDoubleFunction<Backtest.Score> value) {
    return scores.stream()
        .mapToDouble(value)
        .filter(number -> !Double.isNaN(number))
        .average()
        .orElse(Double.NaN);
  }

  private static Double known(double value) {
    return Double.isNaN(value) ? null : value;
  }

  /**
   * In a sentence, how the model compares with the best naive forecast; in another, how many of the
   * true values its limits held.
   */
  public String summary() {
    return backtest.coverage() == null
        ? comparison()
        : comparison()
            + String.format(
                Locale.ROOT,
                " %.0f %% of the true values lay within its limits for %d %%.",
                backtest.coverage(),
                forecaster.fitted().interval());
  }

  private String comparison() {
    String model = forecaster.name();
    String rival =
        backtest.scores().keySet().stream()
            .filter(method -> !method.equals(model))
            .min((a, b) -> Double.compare(backtest.scaledMae(a), backtest.scaledMae(b)))
            .orElseThrow();
    double own = backtest.scaledMae(model);
    double other = backtest.scaledMae(rival);
    if (own < other) {
      return String.format(
          Locale.ROOT,
          "In the back-test %s errs %.0f %% less than the best naive forecast (%s).",
          model,
          100 * (1 - own / other),
          rival);
    }
    return String.format(
        Locale.ROOT,
        "In the back-test %s is no better than the naive forecast '%s': prefer that one, or give"
            + " more rows, another history or more epochs.",
        model,
        rival);
  }

  // ---- charts ----

  /** The end of a column and its forecast. */
  Chart future(int column) {
    int shown =
        Math.min(
            series.rows(),
            Math.max(2 * forecaster.fitted().context(), 3 * forecaster.fitted().horizon()));
    String name = forecast.columns().get(column);
    int own = series.column(name);
    double[] past = new double[shown];
    Arrays.setAll(past, i -> series.get(series.rows() - shown + i, own));
    double[] next = new double[forecast.rows()];
    Arrays.setAll(next, i -> forecast.get(i, column));
    List<String> dates = dates(series);
    XyChart.Builder chart =
        Chart.xy(name)
            .x("steps after " + dates.get(dates.size() - 1))
            .y(name)
            .line("known", steps(1 - shown, shown), past);
    if (interval == null) {
      return chart.line("forecast", steps(1, next.length), next).build();
    }
    double[] low = new double[next.length];
    double[] high = new double[next.length];
    Arrays.setAll(low, i -> interval.low().get(i, column));
    Arrays.setAll(high, i -> interval.high().get(i, column));
    String label = "forecast, " + interval.percent() + " % between";
    return chart.band(label, steps(1, next.length), next, low, high).build();
  }

  private Chart tested(int column) {
    int width = backtest.columns().size();
    int horizon = backtest.horizon();
    String name = backtest.columns().get(column);
    XyChart.Builder chart =
        Chart.xy(name + ", back-test").x("steps after the first forecast's origin").y(name);
    chart.line("truth", joined(backtest.truth(), width, column));
    for (Map.Entry<String, double[][]> method : backtest.forecasts().entrySet()) {
      if (!method.getKey().equals(Backtest.REPEAT_LAST) || backtest.forecasts().size() == 2) {
        chart.line(method.getKey(), joined(method.getValue(), width, column));
      }
    }
    int count = backtest.origins().length;
    double[] starts = IntStream.range(0, count).mapToDouble(i -> i * horizon).toArray();
    double[] truth = joined(backtest.truth(), width, column);
    return chart
        .points("origins", starts, Arrays.stream(starts).map(at -> truth[(int) at]).toArray())
        .build();
  }

  private static double[] joined(double[][] forecasts, int width, int column) {
    return Arrays.stream(forecasts)
        .flatMapToDouble(
            values ->
                IntStream.range(0, values.length / width)
                    .mapToDouble(step -> values[step * width + column]))
        .toArray();
  }

  private static Chart curves(TrainingResult training) {
    double[] epochs = training.history().stream().mapToDouble(EpochRecord::epoch).toArray();
    return Chart.xy("Loss, standardised")
        .x("epoch")
        .y("loss")
        .line(
            "training",
            epochs,
            training.history().stream().mapToDouble(EpochRecord::loss).toArray())
        .line(
            "validation",
            epochs,
            training.history().stream().mapToDouble(e -> e.metrics().get("valid_loss")).toArray())
        .build();
  }

  private static double[] steps(int from, int count) {
    return IntStream.range(from, from + count).asDoubleStream().toArray();
  }

  // ---- page ----

  private Report page(Map<String, ?> facts) {
    List<String> dates = dates(forecast);
    FittedSeries fitted = forecaster.fitted();
    Report report =
        new Report("Forecast of " + String.join(", ", shortened(forecast.columns())))
            .subtitle(
                "%s to %s by %s, from %s"
                    .formatted(
                        dates.get(0),
                        dates.get(dates.size() - 1),
                        forecaster.name(),
                        series.name()));
    if (backtest != null) {
      boolean better = backtest.best().equals(forecaster.name());
      report.verdict(
          better ? Report.Tone.POSITIVE : Report.Tone.NEUTRAL,
          better ? "better than naive forecasts" : "no better than a naive forecast",
          summary());
    }
    report.section("Forecast").charts(drawn(this::future));
    if (backtest != null) {
      report
          .section("Back-test")
          .paragraph(
              "Each forecast begins where the one before ended and knows all rows before it. "
                  + (forecaster.training().isPresent()
                      ? "The model has learned from none of these rows."
                      : "The model comes from a file and may have learned from these rows."))
          .table(table());
      if (backtest.columns().size() > 1) {
        report.table(byColumn());
      }
      report.charts(drawn(this::tested));
    }
    ForecastMethod.of(forecaster.name())
        .explain(report, forecaster, series, Math.min(MOST_COLUMNS, forecast.columns().size()));
    forecaster
        .training()
        .ifPresent(training -> report.section("Training").charts(curves(training)));
    Map<String, Object> all = new LinkedHashMap<>(facts);
    all.put("model", forecaster.name());
    all.put("parameters", "%,d".formatted(forecaster.model().layer().parameterCount()));
    all.put("history", fitted.context() + " rows");
    all.put("season", fitted.season() + " rows");
    all.put("rows", "%,d".formatted(series.rows()));
    return report.section("Provenance").facts(all);
  }

  private List<Chart> drawn(IntFunction<Chart> chart) {
    return IntStream.range(0, Math.min(MOST_COLUMNS, forecast.columns().size()))
        .mapToObj(chart)
        .toList();
  }

  private static List<String> shortened(List<String> names) {
    if (names.size() <= 4) {
      return names;
    }
    List<String> some = new ArrayList<>(names.subList(0, 3));
    some.add("%d more columns".formatted(names.size() - 3));
    return some;
  }
}
