package dev.melange.papers.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.DataException;
import dev.melange.data.series.Frequency;
import dev.melange.data.series.TimeSeries;
import dev.melange.tensor.Rng;
import dev.melange.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forecasts of several series by one model, with columns known beforehand. */
class SeveralSeriesTest {
  private static final int HORIZON = 7;
  private static final long SEED = 7;

  @TempDir private Path folder;

  // sales of a shop: a week's wave, times its size, less on holidays, which are known for the
  // future
  private static TimeSeries shop(String name, double size, int rows) {
    Rng rng = new Rng(SEED).fork(rows);
    double[] values = new double[3 * (rows + HORIZON)];
    for (int row = 0; row < rows + HORIZON; row++) {
      boolean holiday = rng.nextDouble() < 0.2;
      double sales = size * (10 + 2 * Math.sin(2 * Math.PI * row / 7)) * (holiday ? 0.3 : 1);
      values[3 * row] = row < rows ? sales : Double.NaN;
      values[3 * row + 1] = holiday ? 1 : 0;
      values[3 * row + 2] = size;
    }
    long[] times = LongStream.range(0, rows + HORIZON).map(i -> 86_400 * i).toArray();
    return new TimeSeries(
        name, times, Frequency.of("d"), List.of("sales", "holiday", "size"), values);
  }

  private static List<TimeSeries> shops() {
    return List.of(shop("north", 1, 240), shop("south", 5, 200), shop("west", 20, 220));
  }

  private static ForecastOptions options() {
    return ForecastOptions.of(HORIZON).withContext(14).withBacktest(3);
  }

  private static ForecastOptions withCovariates() {
    return options()
        .withModel("tsm2")
        .withEpochs(12)
        .withCovariates(List.of("holiday"), List.of("size"));
  }

  private static List<TimeSeries> sales() {
    return shops().stream().map(shop -> shop.select(List.of("sales"))).toList();
  }

  @Test
  void oneModelForecastsAllSeriesInTheirOwnUnits() throws IOException {
    System.out.println("seed " + SEED);
    ForecastOptions linear = options().withModel("dlinear").withEpochs(30);
    try (Forecaster forecaster = Forecaster.fit(sales(), linear, Trainer::fit)) {
      assertThat(forecaster.fitted().scales())
          .extracting(FittedSeries.Scale::id)
          .containsExactly("north", "south", "west");
      double[] sizes = {1, 5, 20};
      for (int i = 0; i < sizes.length; i++) {
        TimeSeries next = forecaster.forecast(sales().get(i));
        assertThat(next.name()).isEqualTo(shops().get(i).name());
        // rows without sales at the end are the future, not missing values
        int rows = shops().get(i).rows() - HORIZON;
        assertThat(next.times().orElseThrow()[0]).isEqualTo(86_400L * rows);
        for (int row = 0; row < HORIZON; row++) {
          assertThat(next.get(row, 0)).isBetween(2 * sizes[i], 14 * sizes[i]);
        }
      }
      // one that was not there before is scaled by its own rows
      TimeSeries other = shop("east", 100, 60).select(List.of("sales"));
      assertThat(forecaster.forecast(other).get(0, 0)).isBetween(200.0, 1400.0);
    }
  }

  @Test
  void knownColumnsTellOfDaysThatHistoryDoesNot() throws IOException {
    Path file = folder.resolve("shops.safetensors");
    double[] before;
    try (Forecaster forecaster = Forecaster.fit(shops(), withCovariates(), Trainer::fit);
        Forecaster linear =
            forecaster.baseline(shops(), withCovariates().withEpochs(30), Trainer::fit)) {
      List<Backtest> tests = new ArrayList<>();
      for (TimeSeries shop : shops()) {
        tests.add(Backtest.of(forecaster, shop, 3, List.of(linear)));
      }
      Backtests all = new Backtests("tsm2", null, tests);
      assertThat(all.best()).isEqualTo("tsm2");
      assertThat(all.scaledMae("tsm2")).isLessThan(0.6 * all.scaledMae("dlinear"));
      assertThat(all.groups()).hasSize(4);
      assertThat(all.byStep().toText(dev.melange.report.Table.Style.UNICODE))
          .contains("step 1", "steps 6-7", "seasonal naive");
      ForecastReport report =
          new ForecastReport(
              forecaster,
              shops().stream()
                  .map(shop -> SeriesForecast.of(forecaster, shop, 3, List.of(linear)))
                  .toList());
      report.write(folder, Map.of());
      assertThat(folder.resolve("forecast.csv"))
          .content()
          .startsWith("id,date,sales\nnorth,1970-08-29,")
          .hasLineCount(1 + 3 * HORIZON);
      assertThat(folder.resolve("backtest.csv"))
          .content()
          .startsWith("id,origin,date,column,truth,tsm2,dlinear,seasonal naive,repeat last\n")
          .hasLineCount(1 + 3 * 3 * HORIZON);
      assertThat(Files.readString(folder.resolve("report.html")))
          .contains("MAE / std by series", "west, sales");
      before = forecaster.forecast(shops().get(2)).values();
      forecaster.save(file, Map.of());
    }
    try (Forecaster forecaster = Forecaster.load(file)) {
      assertThat(forecaster.forecast(shops().get(2)).values()).isEqualTo(before);
      TimeSeries west = shops().get(2);
      assertThatThrownBy(() -> forecaster.forecast(west.slice(0, west.rows() - 2)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining(
              "the known columns (holiday) go 5 rows beyond the last value of sales, a forecast of 7 steps needs as many");
    }
  }

  @Test
  void refusesSeriesThatDoNotFitTogether() {
    TimeSeries daily = shops().get(0);
    TimeSeries yearly =
        new TimeSeries(
            "y",
            LongStream.range(0, 247).map(i -> i).toArray(),
            Frequency.of("s"),
            daily.columns(),
            daily.values());
    assertThatThrownBy(() -> Forecaster.fit(List.of(daily, yearly), withCovariates(), Trainer::fit))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("north is spaced by 'd', y by 's'");
    assertThatThrownBy(
            () ->
                Forecaster.fit(List.of(daily, daily.slice(0, 20)), withCovariates(), Trainer::fit))
        .hasMessageContaining("has 20 rows, too few for a horizon of 7");
    assertThatThrownBy(
            () -> Forecaster.fit(shops(), withCovariates().withModel("dlinear"), Trainer::fit))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dlinear takes no known or static columns; a model that does is tsm2");
    assertThatThrownBy(
            () ->
                Forecaster.fit(
                    shops(),
                    options().withModel("tsm2").withCovariates(List.of("size"), List.of("holiday")),
                    Trainer::fit))
        .hasMessageContaining("static column 'holiday' changes from");
    assertThatThrownBy(() -> Forecaster.fit(shops(), options(), Trainer::fit))
        .hasMessageContaining("north: column 'size' is constant (1.0 in all rows)");
  }
}
