package dev.melange.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * The expected numbers were computed with torch.optim.lr_scheduler unless a test says otherwise.
 */
class ScheduleTest {
  private static void gives(LongToDoubleFunction schedule, double... expected) {
    assertThat(LongStream.range(0, expected.length).mapToDouble(schedule).toArray())
        .containsExactly(expected, within(1e-15));
  }

  @Test
  void constantStays() {
    gives(Schedule.constant(0.1)::at, 0.1, 0.1, 0.1);
    assertThat(Schedule.constant(0.1).at(1_000_000)).isEqualTo(0.1);
  }

  @Test
  void linearIsLinearLr() {
    gives(Schedule.linear(0.025, 0.1, 4)::at, 0.025, 0.04375, 0.0625, 0.08125, 0.1, 0.1, 0.1);
  }

  @Test
  void polynomialIsPolynomialLr() {
    gives(Schedule.polynomial(0.1, 0, 5, 2)::at, 0.1, 0.064, 0.036, 0.016, 0.004, 0, 0);
    assertThat(Schedule.polynomial(0.1, 0.02, 4, 2).at(2)).isCloseTo(0.04, within(1e-15));
  }

  @Test
  void cosineIsCosineAnnealingLr() {
    gives(
        Schedule.cosine(0.1, 0, 0, 6, 0.01)::at,
        0.1,
        0.09397114317029975,
        0.0775,
        0.055,
        0.0325,
        0.01602885682970026,
        0.01,
        0.01);
  }

  @Test
  void cosineWithWarmupIsLinearLrThenCosineAnnealingLr() {
    double[] expected = {
      0.01, 0.04, 0.07, 0.1, 0.09397114317029975, 0.0775, 0.055, 0.0325, 0.01602885682970026, 0.01
    };
    gives(Schedule.cosine(0.1, 3, 0.01, 9, 0.01)::at, expected);
    gives(Schedule.cosine(0.1, 0, 0, 6, 0.01).withWarmup(3, 0.01)::at, expected);
  }

  @Test
  void cosineInsideCountsFromStepZero() {
    Schedule inside = Schedule.cosineInside(0.1, 2, 0.01, 6, 0.01);
    Schedule bare = Schedule.cosine(0.1, 0, 0, 6, 0.01);
    gives(inside::at, 0.01, 0.055, bare.at(2), bare.at(3), bare.at(4), bare.at(5), 0.01, 0.01);
  }

  @Test
  void stepsAreStepLr() {
    gives(Schedule.steps(0.1, 0.5, 3)::at, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025);
  }

  @Test
  void milestonesAreMultiStepLr() {
    gives(Schedule.milestones(0.1, 0.1, 2, 5)::at, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001, 0.001, 0.001);
  }

  @Test
  void exponentialIsExponentialLr() {
    gives(Schedule.exponential(0.1, 0.9)::at, 0.1, 0.09, 0.081, 0.0729, 0.06561);
  }

  @Test
  void partsFollowEachOtherAsInSequentialLr() {
    Schedule parts =
        Schedule.linear(0.01, 0.1, 2)
            .then(2, Schedule.constant(0.1))
            .then(4, Schedule.linear(0.1, 1e-10, 4));
    gives(
        parts::at,
        0.01,
        0.055,
        0.1,
        0.1,
        0.1,
        0.075000000025,
        0.05000000005,
        0.025000000075,
        1e-10,
        1e-10);
  }

  @Test
  void perEpochIsConstantWithinAnEpoch() {
    gives(
        Schedule.milestones(0.1, 0.1, 1, 2).perEpoch(3)::at,
        0.1,
        0.1,
        0.1,
        0.01,
        0.01,
        0.01,
        0.001);
  }

  @Test
  void oneCycleIsOneCycleLr() {
    OneCycle cycle = Schedule.oneCycle(0.1, 10);
    gives(
        cycle::at,
        0.004,
        0.052,
        0.1,
        0.09504846320134738,
        0.0811745653949763,
        0.06112620219362893,
        0.03887419780637107,
        0.0188258346050237,
        0.004951936798652629,
        4e-07,
        4e-07);
    gives(
        cycle::momentum,
        0.95,
        0.9,
        0.85,
        0.854951556604879,
        0.8688255099070633,
        0.8888739533021842,
        0.9111260466978157,
        0.9311744900929366,
        0.945048443395121,
        0.95,
        0.95);
  }

  @Test
  void oneCycleOfOtherShapeIsOneCycleLr() {
    OneCycle cycle = new OneCycle(0.1, 9, 0.45, 10, 100, true, 0.8, 0.9);
    gives(
        cycle::at,
        0.01,
        0.039508196721311485,
        0.06901639344262296,
        0.09852459016393444,
        0.08082727272727272,
        0.060645454545454544,
        0.04046363636363636,
        0.02028181818181818,
        0.0001);
    gives(
        cycle::momentum,
        0.9,
        0.8672131147540983,
        0.8344262295081968,
        0.8016393442622951,
        0.8191919191919192,
        0.8393939393939395,
        0.8595959595959597,
        0.8797979797979798,
        0.9);
  }

  @Test
  void printsWhatItIs() {
    assertThat(Schedule.steps(0.1, 0.5, 3)).hasToString("Steps[base=0.1, gamma=0.5, every=3]");
  }

  @Test
  void refusesSettingsOutOfRange() {
    assertThatThrownBy(() -> Schedule.constant(-1))
        .hasMessage("learningRate is a learning rate, finite and not negative; got -1.0");
    assertThatThrownBy(() -> Schedule.cosine(0.1, 10, 0, 10, 0))
        .hasMessage("warmup must be shorter than total, got 10 of 10 steps");
    assertThatThrownBy(() -> Schedule.linear(0, 1, 0)).hasMessageContaining("total");
    assertThatThrownBy(() -> Schedule.polynomial(0, 1, 1, 0)).hasMessageContaining("power");
    assertThatThrownBy(() -> Schedule.steps(0.1, 0, 1)).hasMessageContaining("gamma");
    assertThatThrownBy(() -> Schedule.milestones(0.1, 0.1, 5, 5)).hasMessageContaining("[5, 5]");
    assertThatThrownBy(() -> Schedule.constant(1).perEpoch(0))
        .hasMessageContaining("stepsPerEpoch");
    assertThatThrownBy(() -> Schedule.constant(1).then(0, Schedule.constant(1)))
        .hasMessageContaining("steps");
    assertThatThrownBy(() -> OneCycle.of(0.1, 10).withPctStart(0.1))
        .hasMessageContaining("pctStart must lie below 1 and above one of the 10 steps, got 0.1");
    assertThatThrownBy(() -> new OneCycle(0.1, 9, 0.45, 0, 100, true, 0.8, 0.9))
        .hasMessageContaining("divFactor");
    for (Schedule schedule :
        new Schedule[] {
          Schedule.constant(1),
          Schedule.linear(0, 1, 2),
          Schedule.exponential(1, 0.5),
          Schedule.cosine(1, 0, 0, 2, 0),
          Schedule.milestones(1, 0.5, 2),
          Schedule.oneCycle(1, 10),
          Schedule.constant(1).perEpoch(2),
          Schedule.constant(1).then(2, Schedule.constant(1))
        }) {
      assertThatThrownBy(() -> schedule.at(-1)).hasMessage("steps count from 0, got -1");
    }
  }
}
