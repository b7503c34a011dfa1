package dev.melange.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** The expected rates were computed with torch.optim.lr_scheduler.ReduceLROnPlateau. */
class ReduceOnPlateauTest {
  private static final double[] LOSSES = {
    1,
    0.9,
    0.9,
    0.95,
    0.89999,
    0.8,
    0.9,
    0.9,
    0.9,
    0.9,
    0.9,
    0.9,
    0.9,
    Double.NaN,
    0.5,
    0.5,
    0.5,
    0.5
  };
  private static final ReduceOnPlateau.Config MIN = ReduceOnPlateau.Config.of(0.1, Mode.MIN);

  private static void gives(
      ReduceOnPlateau.Config config, DoubleUnaryOperator value, double... expected) {
    ReduceOnPlateau rule = new ReduceOnPlateau(config);
    assertThat(Arrays.stream(LOSSES).map(value).map(rule::observe).toArray())
        .containsExactly(expected, within(1e-15));
    assertThat(rule.learningRate()).isEqualTo(expected[expected.length - 1], within(1e-15));
  }

  @Test
  void lowersTheRateAfterMoreBadEvaluationsThanItsPatience() {
    gives(
        MIN.with(0.5, 1),
        v -> v,
        0.1,
        0.1,
        0.1,
        0.05,
        0.05,
        0.05,
        0.05,
        0.025,
        0.025,
        0.0125,
        0.0125,
        0.00625,
        0.00625,
        0.003125,
        0.003125,
        0.003125,
        0.0015625,
        0.0015625);
  }

  @Test
  void coolsDownAndKeepsItsMinimum() {
    double low = 0.002;
    gives(
        new ReduceOnPlateau.Config(0.1, Mode.MIN, 0.1, 1, 1e-4, true, 2, low, 1e-8),
        v -> v,
        0.1,
        0.1,
        0.1,
        0.01,
        0.01,
        0.01,
        0.01,
        low,
        low,
        low,
        low,
        low,
        low,
        low,
        low,
        low,
        low,
        low);
  }

  @Test
  void takesAnAbsoluteThreshold() {
    gives(
        new ReduceOnPlateau.Config(0.1, Mode.MAX, 0.5, 0, 0.1, false, 0, 0, 1e-8),
        v -> -v,
        0.1,
        0.05,
        0.025,
        0.0125,
        0.0125,
        0.00625,
        0.003125,
        0.0015625,
        0.00078125,
        0.000390625,
        0.0001953125,
        9.765625e-05,
        4.8828125e-05,
        2.44140625e-05,
        2.44140625e-05,
        1.220703125e-05,
        6.103515625e-06,
        3.0517578125e-06);
  }

  @Test
  void takesARelativeThresholdOfTheBest() {
    gives(
        new ReduceOnPlateau.Config(0.1, Mode.MAX, 0.5, 0, 0.2, true, 0, 0, 1e-8),
        v -> 1 - v,
        0.1,
        0.1,
        0.05,
        0.025,
        0.0125,
        0.0125,
        0.00625,
        0.003125,
        0.0015625,
        0.00078125,
        0.000390625,
        0.0001953125,
        9.765625e-05,
        4.8828125e-05,
        4.8828125e-05,
        2.44140625e-05,
        1.220703125e-05,
        6.103515625e-06);
  }

  @Test
  void continuesFromASavedState() {
    ReduceOnPlateau whole = new ReduceOnPlateau(MIN.with(0.5, 1));
    ReduceOnPlateau resumed = new ReduceOnPlateau(MIN.with(0.5, 1));
    for (int i = 0; i < LOSSES.length; i++) {
      if (i == 7) {
        resumed.load(whole.state());
      }
      double rate = whole.observe(LOSSES[i]);
      if (i >= 7) {
        assertThat(resumed.observe(LOSSES[i])).isEqualTo(rate);
      }
    }
  }

  @Test
  void refusesSettingsOutOfRange() {
    assertThatThrownBy(() -> MIN.with(1, 0)).hasMessage("factor must lie in (0, 1), got 1.0");
    assertThatThrownBy(() -> MIN.with(0.5, -1)).hasMessageContaining("patience");
    assertThatThrownBy(() -> ReduceOnPlateau.Config.of(-1, Mode.MAX))
        .hasMessageContaining("learningRate");
  }
}
