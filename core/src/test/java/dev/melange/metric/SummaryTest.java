package dev.melange.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class SummaryTest {
  @Test
  void staysAccurateFarFromZero() {
    // numpy mean and var(ddof=1); the textbook formula loses all digits here.
    Summary summary = Summary.of(new double[] {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16});
    assertThat(summary.mean()).isEqualTo(1000000010.0);
    assertThat(summary.variance()).isEqualTo(30.0);
    assertThat(summary.populationVariance()).isEqualTo(22.5);
    assertThat(summary.standardError()).isCloseTo(Math.sqrt(30.0 / 4), within(1e-12));
    assertThat(summary.min()).isEqualTo(1e9 + 4);
    assertThat(summary.max()).isEqualTo(1e9 + 16);
  }

  @RepeatedTest(20)
  void partsAddUpToTheWhole() {
    double[] values = new RandomData().normal(50);
    Summary whole = Summary.of(values);
    Summary parts =
        Summary.of(Arrays.copyOfRange(values, 0, 13))
            .plus(Summary.of(Arrays.copyOfRange(values, 13, 50)));
    assertThat(parts.count()).isEqualTo(50);
    assertThat(parts.mean()).isCloseTo(whole.mean(), within(1e-13));
    assertThat(parts.variance()).isCloseTo(whole.variance(), within(1e-12));
    assertThat(parts.min()).isEqualTo(whole.min());
    assertThat(parts.max()).isEqualTo(whole.max());
  }

  @Test
  void spreadOfOneValueIsUnknown() {
    assertThat(Summary.of(3).sd()).isNaN();
    assertThat(Summary.of(3).mean()).isEqualTo(3);
  }

  @Test
  void pairedDifferencesCancelTheSeed() {
    // numpy: (a-b).mean() and .std(ddof=1).
    var paired = PairedDifference.of(new double[] {.91, .93, .90}, new double[] {.90, .90, .91});
    assertThat(paired.mean()).isCloseTo(0.01, within(1e-15));
    assertThat(paired.sd()).isCloseTo(0.02, within(1e-15));
    assertThat(paired.wins()).isEqualTo(2);
    assertThat(paired.differences()).hasSize(3);
  }

  @Test
  void refusesEmptyAndUnpaired() {
    assertThatThrownBy(() -> Summary.of(new double[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("values is empty");
    assertThatThrownBy(() -> Summary.of(new double[] {1, Double.NaN}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("values[1] is NaN");
    assertThatThrownBy(() -> PairedDifference.of(new double[2], new double[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("second has 3 values, expected 2");
    assertThatThrownBy(() -> new Summary(0, 0, 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("count 0");
  }
}
