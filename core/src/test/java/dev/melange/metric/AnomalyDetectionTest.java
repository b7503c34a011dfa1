package dev.melange.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class AnomalyDetectionTest {
  @Test
  void matchesTheReference() {
    GoldenFile golden = GoldenFile.read("anomaly-adjustment.a");
    var found =
        AnomalyDetection.of(
            golden.doubles("input/train_energy"),
            golden.doubles("input/test_energy"),
            golden.flags("input/labels"),
            2);
    assertThat(found.threshold()).isCloseTo(golden.scalar("output/threshold"), within(1e-12));
    assertThat(found.raw()).isEqualTo(golden.flags("output/raw"));
    assertThat(found.adjusted()).isEqualTo(golden.flags("output/adjusted"));
    var score = found.adjustedScore();
    assertThat(score.accuracy()).isCloseTo(golden.scalar("output/accuracy"), within(1e-12));
    assertThat(score.precision()).isCloseTo(golden.scalar("output/precision"), within(1e-12));
    assertThat(score.recall()).isCloseTo(golden.scalar("output/recall"), within(1e-12));
    assertThat(score.f1()).isCloseTo(golden.scalar("output/f1"), within(1e-12));
    assertThat(found.rawScore().recall()).isLessThan(score.recall());
  }

  @Test
  void adjustmentFillsFoundSegmentsOnly() {
    boolean[] labels = {true, true, false, true, true, true, false, true};
    boolean[] flags = {false, false, true, false, true, false, false, true};
    assertThat(AnomalyDetection.adjust(flags, labels))
        .containsExactly(false, false, true, true, true, true, false, true);
  }

  @RepeatedTest(20)
  void adjustmentNeverLowersRecallAndIsIdempotent() {
    RandomData random = new RandomData();
    boolean[] labels = flags(random.whole(60, 2));
    boolean[] flags = flags(random.whole(60, 4));
    boolean[] adjusted = AnomalyDetection.adjust(flags, labels);
    assertThat(AnomalyDetection.adjust(adjusted, labels)).isEqualTo(adjusted);
    assertThat(AnomalyDetection.Score.of(adjusted, labels).recall())
        .isGreaterThanOrEqualTo(AnomalyDetection.Score.of(flags, labels).recall());
  }

  @Test
  void percentileInterpolatesLinearly() {
    // numpy.percentile with its default method.
    double[] values = {10, 2, 7, 4.5};
    assertThat(AnomalyDetection.percentile(values, 0)).isEqualTo(2);
    assertThat(AnomalyDetection.percentile(values, 25)).isEqualTo(3.875);
    assertThat(AnomalyDetection.percentile(values, 50)).isEqualTo(5.75);
    assertThat(AnomalyDetection.percentile(values, 90)).isCloseTo(9.1, within(1e-12));
    assertThat(AnomalyDetection.percentile(values, 100)).isEqualTo(10);
  }

  @Test
  void scoresAreZeroWhereNothingIsFlagged() {
    assertThat(AnomalyDetection.Score.of(new boolean[2], new boolean[] {true, false}))
        .isEqualTo(new AnomalyDetection.Score(0.5, 0, 0, 0));
  }

  @Test
  void refusesBadArguments() {
    assertThatThrownBy(() -> AnomalyDetection.of(new double[1], new double[1], new boolean[1], 100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("anomaly ratio is 100.0 percent");
    assertThatThrownBy(() -> AnomalyDetection.of(new double[1], new double[1], new boolean[2], 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("labels has 2 values, expected 1");
    assertThatThrownBy(() -> AnomalyDetection.percentile(new double[] {Double.NaN}, 50))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("values[0] is NaN");
  }

  private static boolean[] flags(double[] values) {
    boolean[] flags = new boolean[values.length];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = values[i] == 1;
    }
    return flags;
  }
}
