package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.series.TimeSeries;
import dev.melange.io.AtomicFiles;
import dev.melange.papers.forecast.Backtest;
import dev.melange.papers.forecast.Backtests;
import dev.melange.papers.forecast.ForecastCsv;
import dev.melange.papers.forecast.ForecastReport;
import dev.melange.papers.forecast.Forecaster;
import dev.melange.papers.forecast.SeriesForecast;
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
   * Writes forecasts into a folder and prints them.
   *
   * @param facts names and values for the end of the report
   */
  static void write(
      Console console,
      Path folder,
      Forecaster forecaster,
      List<SeriesForecast> all,
      Map<String, ?> facts)
      throws IOException {
    ForecastReport report = new ForecastReport(forecaster, all);
    report.write(folder, facts);
    ObjectNode json = json(report, folder);
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
    Backtests tests = report.backtests();
    if (tests != null) {
      console.table(tests.table());
      console.table(tests.byStep());
      console.paragraph("", tests.summary());
      console.line("");
    }
    TimeSeries forecast = report.all().get(0).forecast();
    int width = Math.min(SHOWN_COLUMNS, forecast.columns().size());
    List<String> header = new ArrayList<>(forecast.columns().subList(0, width));
    header.add(0, forecast.times().isPresent() ? "date" : "step");
    List<String> dates = ForecastCsv.dates(forecast);
    List<List<String>> rows = new ArrayList<>();
    for (int row = 0; row < Math.min(SHOWN_ROWS, forecast.rows()); row++) {
      List<String> cells = new ArrayList<>(List.of(dates.get(row)));
      for (int c = 0; c < width; c++) {
        cells.add(String.format(Locale.ROOT, "%.5g", forecast.get(row, c)));
      }
      rows.add(cells);
    }
    if (report.all().size() > 1) {
      console.line("%s, the first of %,d series:".formatted(forecast.name(), report.all().size()));
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

  private static ObjectNode json(ForecastReport report, Path folder) {
    Forecaster forecaster = report.forecaster();
    ObjectNode json = Json.object();
    json.put("folder", folder.toString()).put("model", forecaster.name());
    json.put("parameters", forecaster.model().layer().parameterCount());
    boolean several = report.all().size() > 1;
    ArrayNode rows = json.putArray("forecast");
    for (SeriesForecast one : report.all()) {
      put(rows, one, several);
    }
    if (report.backtests() != null) {
      put(json.putObject("backtest"), report);
    }
    return json;
  }

  private static void put(ArrayNode rows, SeriesForecast one, boolean several) {
    TimeSeries forecast = one.forecast();
    List<String> dates = ForecastCsv.dates(forecast);
    for (int row = 0; row < forecast.rows(); row++) {
      ObjectNode node = rows.addObject();
      if (several) {
        node.put("id", forecast.name());
      }
      node.put(forecast.times().isPresent() ? "date" : "step", dates.get(row));
      for (int c = 0; c < forecast.columns().size(); c++) {
        String column = forecast.columns().get(c);
        node.put(column, (float) forecast.get(row, c));
        if (one.interval() != null) {
          List<String> limits = ForecastCsv.limits(column, one.interval());
          node.put(limits.get(0), (float) one.interval().low().get(row, c));
          node.put(limits.get(1), (float) one.interval().high().get(row, c));
        }
      }
    }
  }

  private static void put(ObjectNode tested, ForecastReport report) {
    Backtests tests = report.backtests();
    tested.put("forecasts", tests.tests().get(0).origins().length).put("best", tests.best());
    if (tests.interval() != null) {
      tested.put("interval", tests.interval()).put("coverage", tests.coverage());
    }
    ObjectNode steps = tested.putObject("by_step");
    for (String method : tests.tests().get(0).forecasts().keySet()) {
      ObjectNode errors = steps.putObject(method);
      tests
          .groups()
          .forEach(
              group ->
                  errors.put(
                      "%d-%d".formatted(group.from() + 1, group.to()), tests.error(method, group)));
    }
    if (report.all().size() == 1) {
      putScores(tested.putObject("methods"), tests.tests().get(0));
      return;
    }
    ObjectNode series = tested.putObject("series");
    report.all().forEach(one -> putScores(series.putObject(one.series().name()), one.backtest()));
  }

  private static void putScores(ObjectNode methods, Backtest test) {
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
}
