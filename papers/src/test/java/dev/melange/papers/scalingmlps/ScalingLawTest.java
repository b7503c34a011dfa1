package dev.melange.papers.scalingmlps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.tensor.Rng;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ScalingLawTest {
  private static double[] computes(int count) {
    return IntStream.range(0, count).mapToDouble(i -> 1e12 * Math.pow(3, i)).toArray();
  }

  @Test
  void findsTheLawThatMadeTheErrors() {
    ScalingLaw truth = new ScalingLaw(4e3, 2e12, 0.35, 0.1, 0);
    double[] compute = computes(12);
    double[] error = IntStream.range(0, 12).mapToDouble(i -> truth.error(compute[i])).toArray();
    ScalingLaw found = ScalingLaw.fit(compute, error);
    assertThat(found.residual()).isLessThan(1e-4);
    assertThat(found.alpha()).isCloseTo(0.35, Offset.offset(0.01));
    assertThat(found.limit()).isCloseTo(0.1, Offset.offset(0.01));
    assertThat(found.error(1e20)).isCloseTo(truth.error(1e20), Offset.offset(0.01));
  }

  @Test
  void neverGivesNegativeLimits() {
    Rng rng = new Rng(3);
    for (int round = 0; round < 20; round++) {
      double[] compute = computes(6);
      double[] error =
          IntStream.range(0, 6).mapToDouble(i -> 0.6 - 0.05 * i + 0.1 * rng.nextDouble()).toArray();
      ScalingLaw found = ScalingLaw.fit(compute, error);
      assertThat(found.limit()).isGreaterThanOrEqualTo(0);
      assertThat(found.b()).isGreaterThanOrEqualTo(0);
      assertThat(found.residual()).isLessThan(0.2);
    }
  }

  @Test
  void needsAsManyRunsAsParameters() {
    assertThatThrownBy(() -> ScalingLaw.fit(computes(3), new double[] {3, 2, 1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4 parameters");
    assertThatThrownBy(() -> ScalingLaw.fit(computes(4), new double[] {3, 2, 1, 0}))
        .hasMessageContaining("must be positive");
  }
}
