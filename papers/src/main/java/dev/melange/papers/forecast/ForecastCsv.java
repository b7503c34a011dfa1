package dev.melange.papers.forecast;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.melange.data.series.TimeSeries;
import java.io.IOException;
import java.io.StringWriter;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** Forecasts and series as CSV; with several series, the first column is {@code id}. */
public final class ForecastCsv {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("yyyy-MM-dd", Locale.ROOT);

  private ForecastCsv() {}

  /** Values of a series: {@code date} (or {@code step}) and the columns. */
  public static String series(TimeSeries series) throws IOException {
    return forecast(List.of(new SeriesForecast(series, series, null, null)));
  }

  /** Forecasts: {@code date} (or {@code step}), the columns and their limits. */
  static String forecast(List<SeriesForecast> all) throws IOException {
    TimeSeries first = all.get(0).forecast();
    return csv(
        writer -> {
          List<String> header = new ArrayList<>(first.columns());
          header.add(0, first.times().isPresent() ? "date" : "step");
          if (all.get(0).interval() != null) {
            first.columns().forEach(c -> header.addAll(limits(c, all.get(0).interval())));
          }
          writer.writeRecord(withId(all, "id", header));
          for (SeriesForecast one : all) {
            TimeSeries forecast = one.forecast();
            Forecaster.Interval interval = one.interval();
            List<String> dates = dates(forecast);
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
              writer.writeRecord(withId(all, forecast.name(), cells));
            }
          }
        });
  }

  private static List<String> withId(List<SeriesForecast> all, String id, List<String> cells) {
    if (all.size() > 1) {
      cells.add(0, id);
    }
    return cells;
  }

  /** The names of a column's limits: {@code OT_low80} and {@code OT_high80}. */
  public static List<String> limits(String column, Forecaster.Interval interval) {
    return List.of(column + "_low" + interval.percent(), column + "_high" + interval.percent());
  }

  /** All forecasts of the back-tests, one line per forecast, step and column. */
  static String backtest(List<SeriesForecast> all) throws IOException {
    return csv(
        writer -> {
          List<String> header = new ArrayList<>(List.of("origin", "date", "column", "truth"));
          header.addAll(all.get(0).backtest().forecasts().keySet());
          writer.writeRecord(withId(all, "id", header));
          for (SeriesForecast one : all) {
            Backtest test = one.backtest();
            List<String> dates = dates(one.series());
            int width = test.columns().size();
            for (int i = 0; i < test.origins().length; i++) {
              int origin = test.origins()[i];
              for (int at = 0; at < test.truth()[i].length; at++) {
                List<String> cells = new ArrayList<>();
                cells.add(dates.get(origin));
                cells.add(dates.get(origin + at / width));
                cells.add(test.columns().get(at % width));
                cells.add(number(test.truth()[i][at]));
                for (double[][] forecasts : test.forecasts().values()) {
                  cells.add(number(forecasts[i][at]));
                }
                writer.writeRecord(withId(all, one.series().name(), cells));
              }
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
}
