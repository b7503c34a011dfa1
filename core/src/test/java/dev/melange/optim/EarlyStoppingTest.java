package dev.melange.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class EarlyStoppingTest {
  @Test
  void stopsAfterItsPatienceWithoutImprovement() {
    EarlyStopping rule = new EarlyStopping(new EarlyStopping.Config(2, 0, Mode.MIN));
    assertThat(rule.observe(1)).isTrue();
    assertThat(rule.observe(1)).isFalse();
    assertThat(rule.isStopped()).isFalse();
    assertThat(rule.observe(0.9)).isTrue();
    assertThat(rule.observe(0.95)).isFalse();
    assertThat(rule.isStopped()).isFalse();
    assertThat(rule.observe(Double.NaN)).isFalse();
    assertThat(rule.isStopped()).isTrue();
    assertThat(rule.state()).isEqualTo(new EarlyStopping.State(0.9, 3, 5));
    assertThat(rule.best()).isEqualTo(0.9);
  }

  @Test
  void wantsMoreThanTheSmallestImprovement() {
    EarlyStopping rule = new EarlyStopping(new EarlyStopping.Config(1, 0.5, Mode.MAX));
    assertThat(rule.observe(-3)).isTrue();
    assertThat(rule.observe(-2)).isTrue();
    assertThat(rule.observe(-1.5)).isFalse();
    assertThat(rule.isStopped()).isTrue();
  }

  @Test
  void stopsATrainingThatNeverHadANumber() {
    EarlyStopping rule = new EarlyStopping(new EarlyStopping.Config(2, 0, Mode.MAX));
    assertThat(rule.isStopped()).isFalse();
    rule.observe(Double.NaN);
    rule.observe(Double.NaN);
    assertThat(rule.isStopped()).isTrue();
  }

  @Test
  void continuesFromASavedState() {
    EarlyStopping.Config config = new EarlyStopping.Config(2, 0, Mode.MIN);
    EarlyStopping first = new EarlyStopping(config);
    first.observe(1);
    first.observe(2);
    EarlyStopping second = new EarlyStopping(config);
    second.load(first.state());
    assertThat(second.isStopped()).isFalse();
    second.observe(1);
    assertThat(second.isStopped()).isTrue();
  }

  @Test
  void refusesSettingsOutOfRange() {
    assertThatThrownBy(() -> new EarlyStopping.Config(0, 0, Mode.MIN))
        .hasMessage("patience must be at least 1 and minDelta not negative, got 0 and 0.0");
    assertThatThrownBy(() -> new EarlyStopping.Config(1, -1, Mode.MIN))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
