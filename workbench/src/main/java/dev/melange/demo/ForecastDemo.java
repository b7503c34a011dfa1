package dev.melange.demo;

import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import dev.melange.data.Source;
import dev.melange.data.series.SeriesCsv;
import dev.melange.data.series.TimeSeries;
import dev.melange.demo.Field.Choice;
import dev.melange.demo.Field.Kind;
import dev.melange.papers.forecast.Backtest;
import dev.melange.papers.forecast.ForecastOptions;
import dev.melange.papers.forecast.Forecaster;
import dev.melange.papers.forecast.SeriesForecast;
import dev.melange.papers.forecast.SeriesSets;
import dev.melange.report.Chart;
import dev.melange.report.XyChart;
import dev.melange.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** A paper's network learns a series that is given and continues it. */
record ForecastDemo(String key, String model, Map<String, String> settings) implements Demo {
  private static final int MOST_ROWS = 1200;
  private static final int SHOWN = 150;
  private static final int EPOCHS = 3;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm").withZone(ZoneOffset.UTC);
  private static final Field SERIES =
      Field.of("series", "A CSV file: one row a step, a date first if there is one", Kind.CSV);
  private static final Field EXAMPLE =
      Field.choice(
          "example",
          "or an example",
          new Choice("none", "none"),
          new Choice("us-flights-hourly", "late flights of six US airports, by the hour"));
  private static final Field COLUMN =
      Field.line("column", "The column to forecast (the last one, if none is named)", "");
  private static final Field HORIZON =
      Field.choice(
          "horizon",
          "Steps to forecast",
          new Choice("24", "24"),
          new Choice("12", "12"),
          new Choice("48", "48"));

  @Override
  public String title() {
    return "Continue a series";
  }

  @Override
  public String about() {
    return "A small "
        + model
        + " learns the last %,d rows of your series, here and now, is tested on rows it did not"
            .formatted(MOST_ROWS)
        + " see, and says how it goes on. 'melange forecast' does it with whole files, several"
        + " columns and longer trainings.";
  }

  @Override
  public List<Field> fields() {
    return List.of(SERIES, EXAMPLE, COLUMN, HORIZON);
  }

  @Override
  public List<String> weights() {
    return List.of();
  }

  @Override
  public String train(Path folder, Consumer<Trainer> hook) {
    throw new UnsupportedOperationException(key + " learns from what is given; it has no weights");
  }

  @Override
  public DemoResult run(DemoInput input, Path folder, BooleanSupplier cancelled)
      throws IOException {
    int horizon = Integer.parseInt(input.value(HORIZON));
    TimeSeries series = series(input);
    ForecastOptions plain = ForecastOptions.of(horizon);
    ForecastOptions options =
        new ForecastOptions(
            horizon,
            model,
            null,
            null,
            2,
            "linear",
            EPOCHS,
            plain.patience(),
            null,
            0,
            0,
            0,
            settings,
            List.of(),
            List.of());
    try (Forecaster forecaster =
        Forecaster.fit(series, options, trainer -> trainer.cancellation(cancelled).fit())) {
      int tests = forecaster.fitted().backtest();
      SeriesForecast found = SeriesForecast.of(forecaster, series, tests, List.of());
      String column = found.forecast().columns().get(0);
      return DemoResult.of(
              summary(found, forecaster, horizon),
              List.of(),
              List.of(
                  Pictures.of(
                      "The last rows of %s, and the %d steps after them".formatted(column, horizon),
                      chart(found, column).toImage())))
          .withTable(List.of("step", column), rows(found.forecast()));
    }
  }

  private TimeSeries series(DemoInput input) throws IOException {
    String example = input.value(EXAMPLE);
    TimeSeries all;
    if (example.equals("none")) {
      byte[] csv =
          input
              .file(SERIES)
              .orElseThrow(
                  () ->
                      new DataException(
                          "there is no series: upload a CSV file, or choose the example"));
      all = SeriesCsv.read(Source.of("the series", csv), SeriesCsv.Options.DETECT);
    } else {
      all = SeriesSets.read(DataSets.standard(), example);
    }
    String wanted = input.value(COLUMN);
    List<String> columns = all.columns();
    String column = wanted.isEmpty() ? columns.get(columns.size() - 1) : wanted;
    TimeSeries one = all.select(List.of(column));
    return one.rows() <= MOST_ROWS ? one : one.slice(one.rows() - MOST_ROWS, one.rows());
  }

  private static String summary(SeriesForecast found, Forecaster forecaster, int horizon) {
    Backtest test = found.backtest();
    String learned =
        "%s learned %,d rows and forecasts %d steps from the last %d"
            .formatted(
                forecaster.name(), found.series().rows(), horizon, forecaster.fitted().context());
    if (test == null) {
      return learned + "; the series is too short for a test.";
    }
    boolean seasonal = test.scores().containsKey(Backtest.SEASONAL);
    return learned
        + String.format(
            Locale.ROOT,
            ". On the last rows, which it did not learn, its mean absolute error is %.4g; %.4g by"
                + " repeating the %s.",
            test.scores().get(forecaster.name()).get(0).mae(),
            test.scores().get(seasonal ? Backtest.SEASONAL : Backtest.REPEAT_LAST).get(0).mae(),
            seasonal ? "season before" : "last value");
  }

  private static XyChart chart(SeriesForecast found, String column) {
    TimeSeries series = found.series();
    int from = Math.max(0, series.rows() - SHOWN);
    double[] before =
        IntStream.range(from, series.rows()).mapToDouble(row -> series.get(row, 0)).toArray();
    TimeSeries next = found.forecast();
    double[] after = IntStream.range(0, next.rows()).mapToDouble(row -> next.get(row, 0)).toArray();
    return Chart.xy(column)
        .x("steps from the end")
        .y(column)
        .line(
            "given",
            IntStream.range(0, before.length).mapToDouble(i -> i - before.length).toArray(),
            before)
        .line("forecast", IntStream.range(0, after.length).mapToDouble(i -> i).toArray(), after)
        .build();
  }

  private static List<List<String>> rows(TimeSeries forecast) {
    Optional<long[]> times = forecast.times();
    List<List<String>> rows = new ArrayList<>();
    for (int row = 0; row < forecast.rows(); row++) {
      String step =
          times.isPresent()
              ? TIME.format(Instant.ofEpochSecond(times.get()[row]))
              : Integer.toString(row + 1);
      rows.add(List.of(step, String.format(Locale.ROOT, "%.4g", forecast.get(row, 0))));
    }
    return rows;
  }
}
