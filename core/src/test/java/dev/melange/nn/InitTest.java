package dev.melange.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Distributions, against the bounds and deviations that torch.nn.init and timm give. */
class InitTest {
  private static final long SEED = 20_261_123;

  private record Statistics(double mean, double std, double least, double greatest) {}

  /** Of a weight with fan_in 60 * 9 = 540 and fan_out 50 * 9 = 450, 27,000 draws. */
  private static Statistics of(Consumer<Tensor> init) {
    try (Scope scope = Scope.open()) {
      Tensor w = Tensor.empty(50, 60, 3, 3);
      init.accept(w);
      double[] x = w.toDoubles();
      double mean = 0;
      double square = 0;
      double least = Double.POSITIVE_INFINITY;
      double greatest = Double.NEGATIVE_INFINITY;
      for (double v : x) {
        mean += v / x.length;
        square += v * v / x.length;
        least = Math.min(least, v);
        greatest = Math.max(greatest, v);
      }
      return new Statistics(mean, Math.sqrt(square - mean * mean), least, greatest);
    }
  }

  private static Rng rng() {
    System.out.println("seed " + SEED);
    return new Rng(SEED);
  }

  private static void isUniform(Statistics found, double bound) {
    assertThat(found.greatest()).isBetween(0.999 * bound, 1.000001 * bound);
    assertThat(found.least()).isBetween(-1.000001 * bound, -0.999 * bound);
    assertThat(found.mean()).isCloseTo(0, within(0.02 * bound));
    assertThat(found.std()).isCloseTo(bound / Math.sqrt(3), within(0.02 * bound));
  }

  private static void isNormal(Statistics found, double std) {
    assertThat(found.mean()).isCloseTo(0, within(0.03 * std));
    assertThat(found.std()).isCloseTo(std, within(0.02 * std));
    assertThat(found.greatest()).isGreaterThan(3 * std);
  }

  @Test
  void uniformOnesHaveTheirBounds() {
    double relu = Math.sqrt(2);
    isUniform(of(w -> Init.xavierUniform(w, 1, rng())), Math.sqrt(6.0 / 990));
    isUniform(of(w -> Init.kaimingUniformFanIn(w, relu, rng())), Math.sqrt(6.0 / 540));
    isUniform(of(w -> Init.kaimingUniformFanOut(w, relu, rng())), Math.sqrt(6.0 / 450));
    isUniform(of(w -> Init.defaultWeight(w, rng())), Math.sqrt(1.0 / 540));
  }

  @Test
  void normalOnesHaveTheirDeviations() {
    double relu = Math.sqrt(2);
    isNormal(of(w -> Init.xavierNormal(w, 1, rng())), Math.sqrt(2.0 / 990));
    isNormal(of(w -> Init.kaimingNormalFanIn(w, relu, rng())), Math.sqrt(2.0 / 540));
    isNormal(of(w -> Init.kaimingNormalFanOut(w, relu, rng())), Math.sqrt(2.0 / 450));
    isNormal(of(w -> Init.truncatedNormal(w, 0.02, rng())), 0.02); // cut at 100 deviations
  }

  @Test
  void truncatedNormalIsCutAtItsLimits() {
    Statistics found = of(w -> Init.truncatedNormal(w, 0, 1, -2, 2, rng()));
    assertThat(found.greatest()).isBetween(1.99, 2.0);
    assertThat(found.least()).isBetween(-2.0, -1.99);
    assertThat(found.std()).isCloseTo(0.87962566, within(0.01)); // of N(0, 1) cut at 2
  }

  @Test
  void lecunNormalHasUnitVarianceOverFanInAfterTheCut() {
    Statistics found = of(w -> Init.lecunNormal(w, rng()));
    double std = Math.sqrt(1.0 / 540);
    assertThat(found.std()).isCloseTo(std, within(0.02 * std));
    assertThat(found.greatest()).isBetween(1.99 * std / 0.87962566, 2.000001 * std / 0.87962566);
  }

  @Test
  void orthogonalRowsOrColumnsAreOrthogonal() {
    try (Scope scope = Scope.open()) {
      for (long[] shape : new long[][] {{4, 7}, {7, 4}, {3, 2, 5}}) {
        Tensor w = Tensor.empty(DType.F64, Device.CPU, shape);
        Init.orthogonal(w, 2, rng());
        Tensor flat = w.reshape(shape[0], -1);
        Tensor product =
            flat.size(0) <= flat.size(1) ? flat.matmul(flat.t()) : flat.t().matmul(flat);
        assertThat(product.sub(Tensor.eye(product.size(0), DType.F64).mul(4)).abs().max().item())
            .isLessThan(1e-12);
      }
    }
  }

  @Test
  void theSameSeedDrawsTheSameWeights() {
    assertThat(of(w -> Init.lecunNormal(w, rng()))).isEqualTo(of(w -> Init.lecunNormal(w, rng())));
  }
}
