package dev.melange.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class Naive2Test {
  @Test
  void continuesAMultiplicativeSeason() {
    double[] season = {0.5, 1.5, 1.2, 0.8};
    double[] history = new double[43];
    for (int i = 0; i < history.length; i++) {
      history[i] = 100 * season[i % 4];
    }
    assertThat(Naive2.forecast(history, 4, 6))
        .containsExactly(new double[] {80, 50, 150, 120, 80, 50}, within(1e-9));
  }

  @Test
  void repeatsTheLastValueWithoutASeason() {
    double[] history = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};
    assertThat(Naive2.forecast(history, 1, 2)).containsExactly(13, 13);
    double[] noise = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7};
    assertThat(Naive2.isSeasonal(noise, 4)).isFalse();
    assertThat(Naive2.forecast(noise, 4, 3)).containsExactly(7, 7, 7);
    assertThat(Naive2.forecast(new double[] {5, 6, 7}, 12, 2)).containsExactly(7, 7);
    assertThat(Naive2.forecast(new double[] {0, 0, 0}, 1, 1)).containsExactly(0);
  }

  @Test
  void refusesWhatCannotBeForecast() {
    assertThatThrownBy(() -> Naive2.forecast(new double[0], 1, 1)).hasMessageContaining("history");
    assertThatThrownBy(() -> Naive2.forecast(new double[] {1}, 0, 1))
        .hasMessageContaining("got 0 and 1");
  }
}
