package dev.melange.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class ForecastTest {
  private static final Offset<Double> TOLERANCE = within(1e-11);
  private static final double[] FORECAST = {1.5, 2, -1, 0, 4};
  private static final double[] TARGET = {1, 2.5, -2, 0, 5};

  @Test
  void fiveFiguresMatchTheReference() {
    GoldenFile golden = GoldenFile.read("forecast-metrics.a");
    var metrics =
        ForecastMetrics.of(golden.doubles("input/forecast"), golden.doubles("input/target"));
    assertThat(metrics.mae()).isCloseTo(golden.scalar("output/mae"), TOLERANCE);
    assertThat(metrics.mse()).isCloseTo(golden.scalar("output/mse"), TOLERANCE);
    assertThat(metrics.rmse()).isCloseTo(golden.scalar("output/rmse"), TOLERANCE);
    assertThat(metrics.mape()).isCloseTo(golden.scalar("output/mape"), TOLERANCE);
    assertThat(metrics.mspe()).isCloseTo(golden.scalar("output/mspe"), TOLERANCE);
  }

  @Test
  void ratiosAboveFiveCountZeroInMapeOnly() {
    var metrics = ForecastMetrics.of(new double[] {8, 3, 0}, new double[] {1, 2, 0});
    assertThat(metrics.mape()).isCloseTo(0.5 / 3, within(1e-15));
    assertThat(metrics.mspe()).isCloseTo((49 + 0.25) / 3, within(1e-14));
    var zeroTarget = ForecastMetrics.of(new double[] {1}, new double[] {0});
    assertThat(zeroTarget.mape()).isZero();
    assertThat(zeroTarget.mspe()).isInfinite();
  }

  @Test
  void smapeAndMaseMatchNumpy() {
    // mean(200|f-g|/(|f|+|g|)) with 0/0 as 0; mean|f-g| / mean|x[m:]-x[:-m]|.
    double[] insample = {1, 3, 2, 5, 4, 7};
    assertThat(ForecastMetrics.smape(FORECAST, TARGET)).isCloseTo(30.22222222222222, within(1e-13));
    assertThat(ForecastMetrics.mase(FORECAST, TARGET, insample, 1)).isCloseTo(0.3, within(1e-15));
    assertThat(ForecastMetrics.mase(FORECAST, TARGET, insample, 2))
        .isCloseTo(0.34285714285714286, within(1e-15));
  }

  @RepeatedTest(10)
  void smapeIsSymmetricAndBounded() {
    RandomData random = new RandomData();
    double[] a = random.normal(20);
    double[] b = random.normal(20);
    assertThat(ForecastMetrics.smape(a, b))
        .isBetween(0.0, 200.0)
        .isEqualTo(ForecastMetrics.smape(b, a));
  }

  @Test
  void m4TableMatchesTheReference() throws IOException {
    GoldenFile golden = GoldenFile.read("m4-metrics.a");
    List<String> groups = new ArrayList<>();
    golden.config().get("groups").forEach(group -> groups.add(group.asText()));
    Map<String, Integer> frequencies = new LinkedHashMap<>();
    golden
        .config()
        .get("frequencies")
        .properties()
        .forEach(e -> frequencies.put(e.getKey(), e.getValue().asInt()));
    assertThat(frequencies).isEqualTo(M4Summary.FREQUENCIES);
    var summary =
        M4Summary.of(
            groups,
            frequencies,
            golden.rows("input/forecast"),
            golden.rows("input/naive2"),
            golden.rows("input/target"),
            golden.rows("input/insample"));
    List<String> lines = List.of("Yearly", "Quarterly", "Monthly", "Others", "Average");
    assertThat(summary.lines().keySet()).containsExactlyElementsOf(lines);
    for (int i = 0; i < 5; i++) {
      var score = summary.get(lines.get(i));
      assertThat(score.smape()).isCloseTo(golden.doubles("output/smape")[i], TOLERANCE);
      assertThat(score.mase()).isCloseTo(golden.doubles("output/mase")[i], TOLERANCE);
      assertThat(score.owa()).isCloseTo(golden.doubles("output/owa")[i], TOLERANCE);
    }
  }

  @Test
  void m4TableListsOnlyGroupsThatAreThere() {
    double[][] forecast = {{1, 2}};
    double[][] target = {{2, 2}};
    double[][] insample = {{1, 2, 4}};
    var summary =
        M4Summary.of(List.of("Daily"), M4Summary.FREQUENCIES, forecast, forecast, target, insample);
    assertThat(summary.lines().keySet()).containsExactly("Others", "Average");
    assertThat(summary.get("Others").owa()).isEqualTo(1);
    assertThatThrownBy(() -> summary.get("Yearly"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no line 'Yearly', there are [Others, Average]");
    assertThatThrownBy(
            () ->
                M4Summary.of(
                    List.of("Minutely"),
                    M4Summary.FREQUENCIES,
                    forecast,
                    forecast,
                    target,
                    insample))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown M4 group 'Minutely'");
  }

  @Test
  void maseRefusesShortAndExactlySeasonalHistories() {
    assertThatThrownBy(() -> ForecastMetrics.mase(FORECAST, TARGET, new double[4], 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("season length 4 needs a history longer than that, got 4");
    assertThatThrownBy(() -> ForecastMetrics.mase(FORECAST, TARGET, new double[] {1, 2, 1, 2}, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("repeats itself exactly every 2 steps");
  }
}
