package dev.melange.mix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class MixLabelsTest {
  @Test
  void scalesRunFromZeroToOneAtTheThresholdAndStayThere() {
    for (DoubleUnaryOperator scale :
        new DoubleUnaryOperator[] {MixLabels.power(0.8, 0.6), MixLabels.exponential(3, 0.6)}) {
      assertThat(scale.applyAsDouble(0)).isCloseTo(0, within(1e-12));
      assertThat(scale.applyAsDouble(0.6 - 1e-9)).isCloseTo(1, within(1e-6));
      assertThat(scale.applyAsDouble(0.6)).isOne();
      assertThat(scale.applyAsDouble(0.95)).isOne();
      assertThat(scale.applyAsDouble(0.3)).isBetween(0.05, 0.95);
    }
  }

  @Test
  void rescaledTargetsOfOneClassTwiceAddUp() {
    try (Scope scope = Scope.open()) {
      Tensor a = Tensor.of(new long[] {1, 2}, 2);
      Tensor b = Tensor.of(new long[] {0, 2}, 2);
      Tensor lam = Tensor.of(new double[] {0.75, 0.5}, 2);
      Tensor target = MixLabels.rescaled(a, b, lam, 3, MixLabels.power(1, 0.5));
      assertThat(target.toDoubles()).containsExactly(0.5, 1, 0, 0, 0, 2);
    }
  }
}
