package dev.melange.papers.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.data.DataException;
import dev.melange.data.series.Frequency;
import dev.melange.data.series.TimeSeries;
import dev.melange.io.CorruptFileException;
import dev.melange.io.Weights;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForecasterTest {
  private static final int ROWS = 400;
  private static final long NEW_YEAR = 1_609_459_200; // 2021-01-01 00:00

  @TempDir private Path folder;

  // two columns: a daily wave with noise, and its mirror with a trend; hourly
  private static TimeSeries series() {
    Rng rng = new Rng(4);
    double[] values = new double[2 * ROWS];
    for (int row = 0; row < ROWS; row++) {
      double wave = 10 * Math.sin(2 * Math.PI * row / 24) + rng.nextGaussian();
      values[2 * row] = 50 + wave;
      values[2 * row + 1] = 5 - wave / 10 + row / 100.0;
    }
    long[] times = LongStream.range(0, ROWS).map(i -> NEW_YEAR + 3600 * i).toArray();
    return new TimeSeries("wave.csv", times, Frequency.of("h"), List.of("a", "b"), values);
  }

  private static TimeSeries withHoles(TimeSeries series, int... rows) {
    double[] values = series.values().clone();
    for (int row : rows) {
      values[2 * row] = Double.NaN;
    }
    return new TimeSeries(
        series.name(), series.times().get(), Frequency.of("h"), series.columns(), values);
  }

  private static ForecastOptions linear() {
    return ForecastOptions.of(12).withModel("dlinear").withContext(48).withEpochs(15);
  }

  @Test
  void learnsAWaveBetterThanRepeatingTheLastValue() throws IOException {
    try (Forecaster forecaster = Forecaster.fit(series(), linear().withBacktest(4))) {
      Backtest test = Backtest.of(forecaster, series());
      assertThat(test.origins()).containsExactly(352, 364, 376, 388);
      assertThat(test.scaledMae("dlinear")).isLessThan(test.scaledMae(Backtest.REPEAT_LAST) / 2);
      assertThat(test.scores().keySet())
          .containsExactly("dlinear", Backtest.SEASONAL, Backtest.REPEAT_LAST);
    }
  }

  @Test
  void scoresNaiveForecastsByTheirDefinition() throws IOException {
    TimeSeries holes = withHoles(series(), 380, 381);
    ForecastOptions options = linear().withEpochs(1).withBacktest(2).withFill("ffill");
    try (Forecaster forecaster = Forecaster.fit(holes, options)) {
      Backtest test = Backtest.of(forecaster, holes);
      double last = 0;
      double seasonal = 0;
      int count = 0;
      for (int row = 376; row < ROWS; row++) {
        if (row != 380 && row != 381) {
          int origin = row < 388 ? 376 : 388;
          last += Math.abs(holes.get(row, 0) - holes.get(origin - 1, 0));
          seasonal += Math.abs(holes.get(row, 0) - series().get(row - 24, 0));
          count++;
        }
      }
      double insample = 0;
      for (int row = 24; row < 376; row++) {
        insample += Math.abs(series().get(row, 0) - series().get(row - 24, 0)) / 352;
      }
      Backtest.Score score = test.scores().get(Backtest.REPEAT_LAST).get(0);
      assertThat(count).isEqualTo(22);
      assertThat(score.mae()).isCloseTo(last / count, within(1e-9));
      assertThat(score.mase()).isCloseTo(last / count / insample, within(1e-9));
      assertThat(test.scores().get(Backtest.SEASONAL).get(0).mae())
          .isCloseTo(seasonal / count, within(1e-9));
      assertThat(test.truth()[0][2 * 4]).isNaN();
    }
  }

  @Test
  void saysHowTheSeriesGoesOn() throws IOException {
    try (Forecaster forecaster = Forecaster.fit(series(), linear())) {
      TimeSeries next = forecaster.forecast(series());
      assertThat(next.rows()).isEqualTo(12);
      assertThat(next.columns()).containsExactly("a", "b");
      assertThat(next.times().orElseThrow()[0]).isEqualTo(NEW_YEAR + 3600L * ROWS);
      for (int row = 0; row < 12; row++) {
        double wave = 10 * Math.sin(2 * Math.PI * (ROWS + row) / 24);
        assertThat(next.get(row, 0)).isCloseTo(50 + wave, within(4.0));
      }
    }
  }

  @Test
  void theSeasonalNaiveForecastIsAModelToo() throws IOException {
    Path file = folder.resolve("naive.safetensors");
    ForecastOptions options = ForecastOptions.of(30).withModel("seasonal-naive").withBacktest(2);
    try (Forecaster forecaster = Forecaster.fit(series(), options)) {
      assertThat(forecaster.training()).isEmpty();
      assertThat(Backtest.of(forecaster, series()).scores().keySet())
          .containsExactly("seasonal-naive", Backtest.REPEAT_LAST);
      forecaster.save(file, Map.of());
    }
    try (Forecaster forecaster = Forecaster.load(file)) {
      TimeSeries next = forecaster.forecast(series());
      for (int row = 0; row < 30; row++) {
        for (int column = 0; column < 2; column++) {
          assertThat(next.get(row, column))
              .isCloseTo(series().get(ROWS - 24 + row % 24, column), within(1e-4));
        }
      }
    }
    assertThatThrownBy(() -> Forecaster.fit(series(), options.withContext(12)))
        .hasMessageContaining("repeats the last 24 rows, but the history has 12");
  }

  @Test
  void forecastsAlikeAfterSavingAndLoading() throws IOException {
    Path file = folder.resolve("model.safetensors");
    ForecastOptions options = ForecastOptions.of(8).withContext(24).withEpochs(1);
    double[] before;
    try (Forecaster forecaster = Forecaster.fit(series(), options)) {
      before = forecaster.forecast(series()).values();
      forecaster.save(file, Map.of("wave.csv", "abc"));
    }
    try (Forecaster forecaster = Forecaster.load(file)) {
      assertThat(forecaster.name()).isEqualTo("timemixer");
      assertThat(forecaster.training()).isEmpty();
      assertThat(forecaster.forecast(series()).values()).isEqualTo(before);
      TimeSeries daily =
          new TimeSeries("daily.csv", null, null, List.of("a", "b"), series().values());
      assertThatThrownBy(() -> forecaster.forecast(daily))
          .isInstanceOf(DataException.class)
          .hasMessage(
              "the model was fitted to rows spaced by 'h', daily.csv has no dates; resample it or fit a new model");
      assertThatThrownBy(() -> forecaster.forecast(series().slice(0, 20)))
          .hasMessageContaining("wave.csv has 20 rows, the model forecasts from the last 24");
      assertThatThrownBy(() -> forecaster.forecast(series().select(List.of("a"))))
          .hasMessageContaining("wave.csv has no column 'b'; it has a");
    }
  }

  @Test
  void forecastsAlikeWhenFittedTwice() throws IOException {
    ForecastOptions options = ForecastOptions.of(8).withContext(32).withEpochs(1);
    try (Forecaster first = Forecaster.fit(series(), options);
        Forecaster second = Forecaster.fit(series(), options)) {
      assertThat(second.forecast(series()).values()).isEqualTo(first.forecast(series()).values());
    }
  }

  @Test
  void seriesWithoutDatesAreForecastByStep() throws IOException {
    TimeSeries plain = new TimeSeries("p", null, null, List.of("a", "b"), series().values());
    try (Forecaster forecaster = Forecaster.fit(plain, linear().withEpochs(1))) {
      assertThat(forecaster.fitted().season()).isEqualTo(1);
      TimeSeries next = forecaster.forecast(plain);
      assertThat(next.times()).isEmpty();
      assertThat(ForecastCsv.dates(next)).startsWith("1", "2").hasSize(12);
    }
  }

  @Test
  void refusesMissingValuesUnlessToldHowToFillThem() {
    assertThatThrownBy(() -> Forecaster.fit(withHoles(series(), 3, 4), linear()))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "wave.csv has 2 missing values (a: 2); fill them with --fill linear (a line between the neighbours) or --fill ffill (the value before)");
  }

  @Test
  void refusesFilesThatHoldNoForecaster() throws IOException {
    Path plain = folder.resolve("plain.safetensors");
    Scope.run(
        () -> {
          try {
            Weights.write(plain, Map.of("x", Tensor.ones(2)), Map.of());
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
    assertThatThrownBy(() -> Forecaster.load(plain))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("is not a saved forecaster");
  }
}
