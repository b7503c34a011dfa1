package dev.melange.papers.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.DataException;
import dev.melange.data.series.Frequency;
import dev.melange.data.series.SeriesSplit.Part;
import dev.melange.data.series.TimeSeries;
import dev.melange.papers.timemixer.TimeMixerConfig;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ForecastPlanTest {
  private static TimeSeries daily(int rows) {
    long[] times = LongStream.range(0, rows).map(i -> 86_400 * i).toArray();
    return new TimeSeries("s.csv", times, Frequency.of("d"), List.of("x"), new double[rows]);
  }

  private static ForecastPlan plan(int rows, ForecastOptions options) {
    return ForecastPlan.of(daily(rows), options);
  }

  @Test
  void keepsTheLastRowsForTheBackTest() {
    ForecastPlan plan = plan(1000, ForecastOptions.of(20).withContext(48).withBacktest(3));
    assertThat(plan.backtest()).isEqualTo(3);
    assertThat(plan.season()).isEqualTo(7);
    assertThat(plan.split().test()).isEqualTo(new Part(940 - 48, 1000));
    assertThat(plan.split().valid().end()).isEqualTo(940);
    assertThat(plan.split().train()).isEqualTo(new Part(0, 940 - 117));
    assertThat(plan.split().valid().begin()).isEqualTo(940 - 117 - 48);
  }

  @Test
  void choosesTheLongestHistoryThatFits() {
    assertThat(plan(1000, ForecastOptions.of(24)).split().inputLength()).isEqualTo(96);
    assertThat(plan(150, ForecastOptions.of(24)).split().inputLength()).isEqualTo(48);
    assertThat(plan(80, ForecastOptions.of(24)).split().inputLength()).isEqualTo(8);
  }

  @Test
  void everyPartHasAWindowHoweverShortTheSeries() {
    for (int rows = 80; rows < 400; rows++) {
      ForecastPlan plan = plan(rows, ForecastOptions.of(24));
      for (Part part : List.of(plan.split().train(), plan.split().valid(), plan.split().test())) {
        assertThat(plan.split().windows(part)).as("rows %d", rows).isPositive();
        assertThat(part.begin()).as("rows %d", rows).isNotNegative();
      }
    }
  }

  @Test
  void refusesHorizonsLongerThanTheData() {
    assertThatThrownBy(() -> plan(79, ForecastOptions.of(24)))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "s.csv has 79 rows, too few for a horizon of 24: a history of 8, targets for training and validation and a back-test of 1 forecast take 80; use a shorter horizon or history, fewer back-tests, or more rows");
    assertThatThrownBy(() -> plan(300, ForecastOptions.of(24).withContext(96).withBacktest(10)))
        .hasMessageContaining("a history of 96", "10 forecasts");
    assertThat(plan(60, ForecastOptions.of(24).withContext(8).withBacktest(0)).backtest()).isZero();
  }

  @Test
  void modelsAreAsDeepAsTheHistoryCanBeHalved() {
    TimeMixerConfig config = (TimeMixerConfig) plan(1000, ForecastOptions.of(24)).config();
    assertThat(config.down_sampling_layers()).isEqualTo(3);
    assertThat(config.mark_order()).isEqualTo("sample");
    assertThat(config.freq()).isEqualTo("d");
    ForecastPlan odd = plan(1000, ForecastOptions.of(24).withContext(37));
    assertThat(((TimeMixerConfig) odd.config()).down_sampling_layers()).isEqualTo(1);
    assertThat(odd.marks()).isEmpty();
  }

  @Test
  void longSeriesAreSampledAndShortOnesCutIntoSmallBatches() {
    assertThat(plan(100_000, ForecastOptions.of(24)).recipe().window_share()).isLessThan(0.2);
    Recipe small = plan(300, ForecastOptions.of(24)).recipe();
    assertThat(small.window_share()).isEqualTo(1);
    assertThat(small.batch_size()).isEqualTo(16);
  }

  @Test
  void settingsGoToModelOrTraining() {
    ForecastPlan plan = plan(1000, with(Map.of("d_model", "8", "learning_rate", "0.5")));
    assertThat(((TimeMixerConfig) plan.config()).d_model()).isEqualTo(8);
    assertThat(plan.recipe().learning_rate()).isEqualTo(0.5);
    assertThatThrownBy(() -> plan(1000, with(Map.of("d_modl", "8"))))
        .hasMessageContaining("d_model");
    assertThatThrownBy(() -> plan(1000, with(Map.of("pred_len", "8"))))
        .hasMessageContaining("pred_len follow from the data");
  }

  @Test
  void refusesUnknownModelsWithASuggestion() {
    assertThatThrownBy(() -> plan(1000, ForecastOptions.of(24).withModel("timemixr")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown model 'timemixr'; did you mean 'timemixer'?")
        .hasMessageContaining("dlinear");
  }

  private static ForecastOptions with(Map<String, String> settings) {
    return ForecastOptions.of(24).withEpochs(1).withSettings(settings);
  }
}
