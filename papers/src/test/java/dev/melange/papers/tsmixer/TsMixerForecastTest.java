package dev.melange.papers.tsmixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.series.Frequency;
import dev.melange.data.series.TimeSeries;
import dev.melange.papers.forecast.Backtest;
import dev.melange.papers.forecast.ForecastOptions;
import dev.melange.papers.forecast.ForecastReport;
import dev.melange.papers.forecast.Forecaster;
import dev.melange.papers.forecast.Recipe;
import dev.melange.papers.forecast.SeriesForecast;
import dev.melange.tensor.Rng;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TsMixerForecastTest {
  private static final int ROWS = 420;

  @TempDir private Path folder;

  // two hourly waves of a day with noise
  private static TimeSeries series() {
    long seed = 5;
    System.out.println("seed " + seed);
    Rng rng = new Rng(seed);
    double[] values = new double[2 * ROWS];
    for (int row = 0; row < ROWS; row++) {
      double wave = 10 * Math.sin(2 * Math.PI * row / 24);
      values[2 * row] = 50 + wave + rng.nextGaussian();
      values[2 * row + 1] = 3 - wave / 10 + rng.nextGaussian() / 10;
    }
    long[] times = LongStream.range(0, ROWS).map(i -> 1_609_459_200 + 3600 * i).toArray();
    return new TimeSeries("wave.csv", times, Frequency.of("h"), List.of("a", "b"), values);
  }

  private static ForecastOptions options() {
    return ForecastOptions.of(12).withModel("tsmixer").withContext(48).withEpochs(25);
  }

  private static ForecastOptions with(Map<String, String> settings) {
    return options().withEpochs(1).withSettings(settings);
  }

  @Test
  void learnsAWaveBetterThanNaiveForecasts() throws IOException {
    try (Forecaster forecaster = Forecaster.fit(series(), options())) {
      Backtest test = Backtest.of(forecaster, series());
      assertThat(test.scaledMae("tsmixer")).isLessThan(test.scaledMae(Backtest.REPEAT_LAST) / 2);
      assertThat(test.coverage()).isNull();
      assertThat(forecaster.interval(series())).isEmpty();
    }
  }

  @Test
  void limitsHoldMostOfTheTruthAndSurviveTheFile() throws IOException {
    Path file = folder.resolve("model.safetensors");
    Forecaster.Interval before;
    try (Forecaster forecaster = Forecaster.fit(series(), options().withInterval(80))) {
      before = forecaster.interval(series()).orElseThrow();
      assertThat(before.percent()).isEqualTo(80);
      TimeSeries middle = forecaster.forecast(series());
      for (int row = 0; row < 12; row++) {
        assertThat(middle.get(row, 0))
            .isBetween(before.low().get(row, 0), before.high().get(row, 0));
      }
      Backtest test = Backtest.of(forecaster, series());
      assertThat(test.coverage()).isBetween(55.0, 100.0);
      ForecastReport report =
          new ForecastReport(
              forecaster, List.of(new SeriesForecast(series(), middle, before, test)));
      assertThat(report.backtests().summary())
          .contains("of the true values lay within its limits for 80 %");
      assertThat(report.forecastCsv().lines().findFirst().orElseThrow())
          .isEqualTo("date,a,b,a_low80,a_high80,b_low80,b_high80");
      report.write(folder, Map.of());
      assertThat(Files.readString(folder.resolve("report.html")))
          .contains("What the model listens to");
      forecaster.save(file, Map.of());
    }
    try (Forecaster forecaster = Forecaster.load(file)) {
      Forecaster.Interval after = forecaster.interval(series()).orElseThrow();
      assertThat(after.low().values()).isEqualTo(before.low().values());
      assertThat(after.high().values()).isEqualTo(before.high().values());
    }
  }

  @Test
  void pretrainsThenProbesThenFits() throws IOException {
    List<String> stages = new ArrayList<>();
    Recipe.Run run =
        new Recipe.Run() {
          @Override
          public TrainingResult fit(Trainer trainer) throws IOException {
            return fit("fit", trainer);
          }

          @Override
          public TrainingResult fit(String stage, Trainer trainer) throws IOException {
            TrainingResult result = trainer.fit();
            stages.add(stage + " " + result.history().size());
            if (stage.equals("pretraining")) {
              assertThat(result.last().loss()).isLessThan(result.history().get(0).loss());
            }
            return result;
          }
        };
    ForecastOptions options = options().withEpochs(2).withPretraining(3, 1);
    try (Forecaster forecaster = Forecaster.fit(series(), options, run)) {
      assertThat(stages).containsExactly("pretraining 3", "probing 1", "fit 2");
      TsMixer model = (TsMixer) forecaster.model().layer();
      assertThat(model.parameters().values()).allMatch(p -> p.requiresGrad());
    }
  }

  @Test
  void otherModelsForecastPointsOnly() {
    assertThatThrownBy(
            () -> Forecaster.fit(series(), options().withModel("dlinear").withInterval(80)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dlinear forecasts points, without intervals");
    assertThatThrownBy(
            () -> Forecaster.fit(series(), options().withModel("dlinear").withPretraining(1, 0)))
        .hasMessageContaining("dlinear has no self-supervised pretraining");
  }

  @Test
  void refusesOptionsThatMakeNoSense() {
    assertThatThrownBy(() -> options().withInterval(100))
        .hasMessageContaining("interval lies between 1 and 99 per cent, got 100");
    assertThatThrownBy(() -> options().withPretraining(0, 2))
        .hasMessageContaining("probing follows pretraining");
    assertThatThrownBy(() -> Forecaster.fit(series(), with(Map.of("context_length", "9"))))
        .hasMessageContaining("context_length follow from the data");
    assertThatThrownBy(
            () ->
                Forecaster.fit(
                    series(),
                    options()
                        .withInterval(80)
                        .withSettings(Map.of("distribution_output", "negative_binomial"))))
        .hasMessageContaining("the negative binomial is for counts");
  }

  @Test
  void historiesAreCutIntoPatches() {
    for (int context : new int[] {8, 16, 24, 48, 96, 512}) {
      TsMixerConfig config =
          (TsMixerConfig)
              new TsMixerForecast()
                  .config(
                      new dev.melange.papers.forecast.ForecastMethod.Task(
                          2, 0, 0, context, 12, 24, java.util.Optional.empty()));
      assertThat(config.patches()).as("context %d", context).isBetween(4, 32);
    }
    assertThat(new TsMixerForecast().contexts(10_000)).startsWith(512, 256, 96);
    assertThat(new TsMixerForecast().contexts(500)).startsWith(96);
  }
}
