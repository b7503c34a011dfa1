package dev.melange.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  @Test
  void matchesTheReferenceBinByBin() {
    GoldenFile golden = GoldenFile.read("calibration.bins15");
    var calibration =
        Calibration.of(
            golden.doubles("input/probs"),
            4,
            golden.longs("input/labels"),
            Calibration.DEFAULT_BINS);
    assertThat(calibration.expectedError()).isCloseTo(golden.scalar("output/ece"), within(1e-12));
    assertThat(calibration.maximumError()).isCloseTo(golden.scalar("output/mce"), within(1e-12));
    assertThat(calibration.bins()).hasSize(15);
    for (int i = 0; i < 15; i++) {
      var bin = calibration.bins().get(i);
      assertThat((double) bin.count()).isEqualTo(golden.doubles("output/bin_count")[i]);
      assertThat(bin.accuracy()).isCloseTo(golden.doubles("output/bin_accuracy")[i], within(1e-12));
      assertThat(bin.confidence())
          .isCloseTo(golden.doubles("output/bin_confidence")[i], within(1e-12));
    }
  }

  @Test
  void binsAreClosedOnTheRight() {
    // Confidence exactly 0.5 belongs to (0, 0.5]; 0 to the first bin; 1 to the last.
    var calibration =
        Calibration.ofPositives(new double[] {0, 0.5, 0.75, 1}, new double[] {0, 1, 1, 1}, 2);
    assertThat(calibration.bins())
        .containsExactly(
            new Calibration.Bin(0, 0.5, 2, 0.25, 0.5), new Calibration.Bin(0.5, 1, 2, 0.875, 1));
    assertThat(calibration.expectedError()).isEqualTo((2 * 0.25 + 2 * 0.125) / 4);
    assertThat(calibration.maximumError()).isEqualTo(0.25);
  }

  @Test
  void certainAndRightIsPerfectCertainAndWrongIsWorst() {
    double[] certain = {1, 0, 0, 1};
    assertThat(Calibration.of(certain, 2, new long[] {0, 1}, 15).expectedError()).isZero();
    assertThat(Calibration.of(certain, 2, new long[] {1, 0}, 15).expectedError()).isEqualTo(1);
  }

  @RepeatedTest(20)
  void errorsLieInTheUnitIntervalAndBinsHoldAllSamples() {
    RandomData random = new RandomData();
    double[] p = Classification.softmax(random.normal(50 * 3), 3);
    var calibration = Calibration.of(p, 3, random.classes(50, 3), 15);
    assertThat(calibration.expectedError()).isBetween(0.0, calibration.maximumError());
    assertThat(calibration.maximumError()).isLessThanOrEqualTo(1);
    assertThat(calibration.bins().stream().mapToLong(Calibration.Bin::count).sum()).isEqualTo(50);
  }

  @Test
  void refusesLogitsAndBadBins() {
    assertThatThrownBy(() -> Calibration.of(new double[] {2, -1}, 2, new long[] {0}, 15))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a probability in [0, 1]");
    assertThatThrownBy(() -> Calibration.of(new double[] {1, 0}, 2, new long[] {0}, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bins is 0");
    assertThatThrownBy(() -> Calibration.ofPositives(new double[0], new double[0], 15))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("probabilities is empty");
  }
}
