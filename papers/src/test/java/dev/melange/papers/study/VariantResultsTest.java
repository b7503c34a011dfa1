package dev.melange.papers.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.metric.PairedDifference;
import org.junit.jupiter.api.Test;

class VariantResultsTest {
  private static Verdict above(double... differences) {
    return VariantResults.above(PairedDifference.of(differences, new double[differences.length]));
  }

  @Test
  void aVerdictWantsAMarginOverThreeSeeds() {
    assertThat(above(1, 1.1, 0.9)).isEqualTo(Verdict.HOLDS);
    assertThat(above(-1, -1.1, -0.9)).isEqualTo(Verdict.FAILS);
    assertThat(above(1, -0.9, 0.4)).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(above(1, 1.1)).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(above(5)).isEqualTo(Verdict.DOES_NOT_SHOW);
  }

  @Test
  void differencesAreToldOneByOne() {
    assertThat(
            VariantResults.describe(
                "Accuracy", PairedDifference.of(new double[] {3, 1}, new double[] {1, 2})))
        .isEqualTo("Accuracy: mean +0.50 points (+2.00, -1.00; 1 of 2 above 0).");
  }
}
