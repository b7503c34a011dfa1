package dev.melange.papers.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.optim.OneCycle;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ForecastModelTest {
  @Test
  void theLinearBaselineHasItsPublishedSize() {
    try (DLinear model = new DLinear(new DLinear.Config(96, 96, 25), new Rng(0))) {
      assertThat(model.parameterCount()).isEqualTo(18_624);
      assertThatThrownBy(() -> Scope.run(() -> model.forward(Tensor.ones(1, 95, 2)).item()))
          .hasMessageContaining("x must be [B, 96, N], got [1, 95, 2]");
    }
  }

  @Test
  void theLinearBaselineForecastsSeasonAndTrendApart() {
    Scope.run(
        () -> {
          try (DLinear model = new DLinear(new DLinear.Config(3, 1, 3), new Rng(0))) {
            model.load(
                Map.of(
                    "Linear_Seasonal.weight", Tensor.of(new float[] {1, 0, 0}, 1, 3),
                    "Linear_Seasonal.bias", Tensor.of(new float[] {0}, 1),
                    "Linear_Trend.weight", Tensor.of(new float[] {0, 10, 0}, 1, 3),
                    "Linear_Trend.bias", Tensor.of(new float[] {100}, 1)));
            // trend (1, 1, 4), (1, 4, 7), (4, 7, 7) averaged: 2, 4, 6; season first: -1
            double y = model.forward(Tensor.of(new float[] {1, 4, 7}, 1, 3, 1)).item();
            assertThat(y).isCloseTo(-1 + 40 + 100, within(1e-4));
          }
        });
  }

  @Test
  void naiveForecastsRepeatTheEnd() {
    Scope.run(
        () -> {
          Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 1, 4, 1);
          assertThat(ForecastModel.repeatLast(x, 3).toFloats()).containsExactly(4, 4, 4);
          assertThat(ForecastModel.seasonal(x, 3, 5).toFloats()).containsExactly(2, 3, 4, 2, 3);
          assertThatThrownBy(() -> ForecastModel.seasonal(x, 5, 5))
              .hasMessageContaining("season of 5");
        });
  }

  @Test
  void errorsAreMeansOverWindowsStepsAndColumns() {
    Scope.run(
        () -> {
          // windows 3, steps 2, columns 1; forecast zero
          Tensor y = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2, 1);
          Minibatches data = Minibatches.inOrder(Map.of("y", y), 2);
          ForecastErrors errors = ForecastErrors.of(data, batch -> batch.get("y").zerosLike());
          assertThat(errors.windows()).isEqualTo(3);
          assertThat(errors.mse()).isCloseTo(91 / 6.0, within(1e-12));
          assertThat(errors.mae()).isCloseTo(3.5, within(1e-12));
          assertThat(errors.mseByStep())
              .containsExactly(new double[] {35 / 3.0, 56 / 3.0}, within(1e-12));
          assertThat(errors.maeByColumn()).containsExactly(new double[] {3.5}, within(1e-12));
        });
  }

  @Test
  void shortTrainingsKeepACycleThatRises() {
    Recipe recipe = new Recipe(0.01, 8, 1, 3, "mse", "one-cycle", 0.2, 1);
    assertThat(recipe.scheduleOver(1000)).isEqualTo(OneCycle.of(0.01, 1000).withPctStart(0.2));
    assertThat(recipe.scheduleOver(5).at(1)).isEqualTo(0.01);
    assertThat(recipe.scheduleOver(2).at(0)).isEqualTo(0.01);
    assertThatThrownBy(() -> new Recipe(0.01, 8, 1, 3, "mse", "one-cycle", 0.2, 0))
        .hasMessageContaining("window_share in (0, 1], got 0.2 and 0.0");
  }
}
