package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.series.TimeSeries;
import dev.melange.io.AtomicFiles;
import dev.melange.papers.forecast.Backtest;
import dev.melange.papers.forecast.ForecastReport;
import dev.melange.papers.forecast.Forecaster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What {@code melange forecast} leaves in its folder and prints. */
final class ForecastResults {
  /** Written last: a folder that has it has ended. */
  static final String FILE = "result.json";

  static final String WEIGHTS = "model.safetensors";
  private static final int SHOWN_ROWS = 5;
  private static final int SHOWN_COLUMNS = 8;

  private ForecastResults() {}

  /**
   * Forecasts, tests, writes everything into a folder and prints it.
   *
   * @param backtests number of forecasts in the back-test; 0 for none
   * @param facts names and values for the end of the report
   */
  static void write(
      Console console,
      Path folder,
      Forecaster forecaster,
      TimeSeries series,
      int backtests,
      Map<String, ?> facts)
      throws IOException {
    TimeSeries forecast = forecaster.forecast(series);
    Forecaster.Interval interval = forecaster.interval(series).orElse(null);
    Backtest test = backtests == 0 ? null : Backtest.of(forecaster, series, backtests);
    ForecastReport report = new ForecastReport(forecaster, series, forecast, interval, test);
    report.write(folder, facts);
    ObjectNode json = json(forecaster, forecast, interval, test, folder);
    // Last: a folder with a result has ended.
    AtomicFiles.write(folder.resolve(FILE), json.toPrettyString() + "\n");
    console.result(() -> json, () -> print(console, report, folder));
  }

  /** Column names, the first ones of many. */
  static String names(List<String> columns) {
    return columns.size() <= SHOWN_COLUMNS
        ? String.join(", ", columns)
        : "%s, ... (%d columns)"
            .formatted(String.join(", ", columns.subList(0, SHOWN_COLUMNS)), columns.size());
  }

  private static void print(Console console, ForecastReport report, Path folder) {
    if (report.backtest() != null) {
      console.table(report.table());
      console.paragraph("", report.summary());
      console.line("");
    }
    TimeSeries forecast = report.forecast();
    int width = Math.min(SHOWN_COLUMNS, forecast.columns().size());
    List<String> header = new ArrayList<>(forecast.columns().subList(0, width));
    header.add(0, forecast.times().isPresent() ? "date" : "step");
    List<String> dates = ForecastReport.dates(forecast);
    List<List<String>> rows = new ArrayList<>();
    for (int row = 0; row < Math.min(SHOWN_ROWS, forecast.rows()); row++) {
      List<String> cells = new ArrayList<>(List.of(dates.get(row)));
      for (int c = 0; c < width; c++) {
        cells.add(String.format(Locale.ROOT, "%.5g", forecast.get(row, c)));
      }
      rows.add(cells);
    }
    console.list(header, rows);
    if (forecast.rows() > SHOWN_ROWS) {
      console.line("... to " + dates.get(dates.size() - 1));
    }
    console.line("Forecast: " + folder.resolve("forecast.csv"));
    console.line("Report: " + folder.resolve("report.html"));
    if (Files.exists(folder.resolve(WEIGHTS))) {
      console.line("Model: " + folder.resolve(WEIGHTS));
    }
  }

  private static ObjectNode json(
      Forecaster forecaster,
      TimeSeries forecast,
      Forecaster.Interval interval,
      Backtest test,
      Path folder) {
    ObjectNode json = Json.object();
    json.put("folder", folder.toString()).put("model", forecaster.name());
    json.put("parameters", forecaster.model().layer().parameterCount());
    List<String> dates = ForecastReport.dates(forecast);
    ArrayNode rows = json.putArray("forecast");
    for (int row = 0; row < forecast.rows(); row++) {
      ObjectNode node = rows.addObject();
      node.put(forecast.times().isPresent() ? "date" : "step", dates.get(row));
      for (int c = 0; c < forecast.columns().size(); c++) {
        node.put(forecast.columns().get(c), (float) forecast.get(row, c));
        if (interval != null) {
          List<String> limits = ForecastReport.limits(forecast.columns().get(c), interval);
          node.put(limits.get(0), (float) interval.low().get(row, c));
          node.put(limits.get(1), (float) interval.high().get(row, c));
        }
      }
    }
    if (test != null) {
      ObjectNode tested = json.putObject("backtest");
      tested.put("forecasts", test.origins().length).put("best", test.best());
      if (test.coverage() != null) {
        tested.put("interval", interval.percent()).put("coverage", test.coverage());
      }
      ObjectNode methods = tested.putObject("methods");
      test.scores()
          .forEach(
              (method, scores) -> {
                ObjectNode columns = methods.putObject(method);
                for (int c = 0; c < scores.size(); c++) {
                  Backtest.Score score = scores.get(c);
                  ObjectNode node = columns.putObject(test.columns().get(c));
                  node.put("mae", score.mae()).put("rmse", score.rmse());
                  node.put("smape", score.smape());
                  node.put("mase", Double.isNaN(score.mase()) ? null : score.mase());
                }
              });
    }
    return json;
  }
}
