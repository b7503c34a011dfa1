package dev.melange.papers.forecast;

import dev.melange.data.series.TimeSeries;
import dev.melange.io.AtomicFiles;
import dev.melange.report.Chart;
import dev.melange.report.Report;
import dev.melange.report.XyChart;
import dev.melange.train.EpochRecord;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Forecasts on paper: CSV files, tables, charts and a page.
 *
 * @param forecaster what forecast
 * @param all its forecasts, all with a back-test or none
 */
public record ForecastReport(Forecaster forecaster, List<SeriesForecast> all) {
  private static final int MOST_CHARTS = 8;
  private static final int MOST_SERIES = 100; // in a table

  private SeriesForecast first() {
    return all.get(0);
  }

  /** The back-tests; null if there are none. */
  public Backtests backtests() {
    return first().backtest() == null
        ? null
        : new Backtests(
            forecaster.name(),
            forecaster.fitted().interval(),
            all.stream().map(SeriesForecast::backtest).toList());
  }

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
    if (first().backtest() != null) {
      AtomicFiles.write(folder.resolve("backtest.csv"), ForecastCsv.backtest(all));
    }
    future(first(), 0).save(folder.resolve("forecast.svg"));
    page(facts).write(folder.resolve("report.html"));
  }

  /**
   * The forecasts as CSV: {@code id} with several series, {@code date} (or {@code step}), the
   * columns and their limits.
   */
  public String forecastCsv() throws IOException {
    return ForecastCsv.forecast(all);
  }

  // ---- charts ----

  /** The end of a column and its forecast. */
  private Chart future(SeriesForecast one, int column) {
    TimeSeries series = one.series();
    TimeSeries forecast = one.forecast();
    Forecaster.Interval interval = one.interval();
    int known = shownRows(one);
    int shown =
        Math.min(
            known, Math.max(2 * forecaster.fitted().context(), 3 * forecaster.fitted().horizon()));
    String name = forecast.columns().get(column);
    int own = series.column(name);
    double[] past = new double[shown];
    Arrays.setAll(past, i -> series.get(known - shown + i, own));
    double[] next = new double[forecast.rows()];
    Arrays.setAll(next, i -> forecast.get(i, column));
    List<String> dates = ForecastCsv.dates(series);
    XyChart.Builder chart =
        Chart.xy(titled(one, name))
            .x("steps after " + dates.get(known - 1))
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

  // Rows that hold what is known of the future alone are no part of the history.
  private int shownRows(SeriesForecast one) {
    return forecaster.prepared(one.series()).rows();
  }

  private String titled(SeriesForecast one, String column) {
    return all.size() == 1 ? column : one.series().name() + ", " + column;
  }

  private Chart tested(SeriesForecast one, int column) {
    Backtest backtest = one.backtest();
    int width = backtest.columns().size();
    int horizon = backtest.horizon();
    String name = backtest.columns().get(column);
    XyChart.Builder chart =
        Chart.xy(titled(one, name) + ", back-test")
            .x("steps after the first forecast's origin")
            .y(name);
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
    TimeSeries forecast = first().forecast();
    List<String> dates = ForecastCsv.dates(forecast);
    FittedSeries fitted = forecaster.fitted();
    Report report =
        new Report("Forecast of " + String.join(", ", shortened(forecast.columns())))
            .subtitle(
                "%s to %s by %s, from %s"
                    .formatted(
                        dates.get(0),
                        dates.get(dates.size() - 1),
                        forecaster.name(),
                        all.size() == 1
                            ? first().series().name()
                            : "%,d series".formatted(all.size())));
    Backtests tests = backtests();
    if (tests != null) {
      boolean better = tests.best().equals(forecaster.name());
      report.verdict(
          better ? Report.Tone.POSITIVE : Report.Tone.NEUTRAL,
          better ? "better than the baselines" : "no better than a baseline",
          tests.summary());
    }
    report.section("Forecast").charts(drawn(this::future));
    if (tests != null) {
      backtests(report, tests);
    }
    ForecastMethod.of(forecaster.name())
        .explain(
            report, forecaster, first().series(), Math.min(MOST_CHARTS, forecast.columns().size()));
    forecaster
        .training()
        .ifPresent(training -> report.section("Training").charts(curves(training)));
    Map<String, Object> named = new LinkedHashMap<>(facts);
    named.put("model", forecaster.name());
    named.put("parameters", "%,d".formatted(forecaster.model().layer().parameterCount()));
    named.put("history", fitted.context() + " rows");
    named.put("season", fitted.season() + " rows");
    named.put("rows", "%,d".formatted(all.stream().mapToInt(one -> one.series().rows()).sum()));
    return report.section("Provenance").facts(named);
  }

  private void backtests(Report report, Backtests tests) {
    report
        .section("Back-test")
        .paragraph(
            "Each forecast begins where the one before ended and knows all rows before it. "
                + (forecaster.training().isPresent()
                    ? "The model has learned from none of these rows."
                    : "The model comes from a file and may have learned from these rows."))
        .table(tests.table())
        .table(tests.byStep());
    if (first().backtest().columns().size() > 1) {
      report.table(tests.byColumn());
    }
    if (all.size() > 1 && all.size() <= MOST_SERIES) {
      report.table(tests.bySeries(all.stream().map(one -> one.series().name()).toList()));
    }
    report.charts(drawn(this::tested));
  }

  private interface ColumnChart {
    Chart of(SeriesForecast one, int column);
  }

  // The columns of the first series, then those of the others, as far as they have room.
  private List<Chart> drawn(ColumnChart chart) {
    List<Chart> charts = new ArrayList<>();
    for (SeriesForecast one : all) {
      for (int c = 0; c < one.forecast().columns().size() && charts.size() < MOST_CHARTS; c++) {
        charts.add(chart.of(one, c));
      }
    }
    return charts;
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
