package dev.melange.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RngTest {
  private static final int DRAWS = 200_000;

  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void sameSeedSameStream() {
    Rng a = new Rng(42);
    Rng b = new Rng(42);
    for (int i = 0; i < 100; i++) {
      assertThat(a.nextLong()).isEqualTo(b.nextLong());
    }
    assertThat(a.normal(33).toFloats()).containsExactly(b.normal(33).toFloats());
    assertThat(new Rng(43).nextLong()).isNotEqualTo(new Rng(42).nextLong());
  }

  @Test
  void seedAndCountResumeExactly() {
    Rng rng = new Rng(9);
    double mixed = rng.nextGaussian() + rng.gamma(0.3) + rng.beta(0.2, 0.2);
    assertThat(mixed).isFinite();
    assertThat(rng.normal(7).numel()).isEqualTo(7);
    Rng resumed = new Rng(rng.seed(), rng.count());
    assertThat(resumed.normal(50).toFloats()).containsExactly(rng.normal(50).toFloats());
    assertThat(resumed.uniform(5).toFloats()).containsExactly(rng.uniform(5).toFloats());
    assertThat(resumed.bernoulli(0.5, 64).toFloats())
        .containsExactly(rng.bernoulli(0.5, 64).toFloats());
    assertThat(resumed.permutation(20)).containsExactly(rng.permutation(20));
    assertThat(resumed.gamma(2)).isEqualTo(rng.gamma(2));
    assertThat(resumed.count()).isEqualTo(rng.count());
  }

  @Test
  void forksAreRepeatableAndIndependentOfThePositionAndOfEachOther() {
    Rng rng = new Rng(5);
    float[] first = rng.fork(1, 2).normal(20_000).toFloats();
    rng.nextLong();
    assertThat(rng.fork(1, 2).normal(20_000).toFloats()).containsExactly(first);
    assertThat(rng.fork(2, 1).nextLong()).isNotEqualTo(rng.fork(1, 2).nextLong());
    float[] second = rng.fork(1, 3).normal(20_000).toFloats();
    double correlation = 0;
    for (int i = 0; i < first.length; i++) {
      correlation += first[i] * second[i] / first.length;
    }
    assertThat(correlation).isCloseTo(0, within(5 / Math.sqrt(20_000)));
  }

  @Test
  void tensorDrawsHaveTheirMoments() {
    Rng rng = new Rng(1);
    Tensor normal = rng.normal_(Tensor.empty(DType.F64, Device.CPU, DRAWS), 3, 2);
    assertThat(normal.mean().item()).isCloseTo(3, within(0.03));
    assertThat(normal.std(1, 0).item()).isCloseTo(2, within(0.02));
    Tensor uniform = rng.uniform_(Tensor.empty(DRAWS), -1, 3);
    assertThat(uniform.mean().item()).isCloseTo(1, within(0.015));
    assertThat(uniform.var(1, 0).item()).isCloseTo(16.0 / 12, within(0.02));
    assertThat(uniform.min().item()).isGreaterThanOrEqualTo(-1);
    assertThat(uniform.max().item()).isLessThan(3.0001);
    Tensor bernoulli = rng.bernoulli(0.3, DRAWS);
    assertThat(bernoulli.mean().item()).isCloseTo(0.3, within(0.006));
    assertThat(bernoulli.mul(bernoulli.rsub(1)).abs().max().item()).isZero();
  }

  @Test
  void gammaAndBetaHaveTheirMoments() {
    Rng rng = new Rng(2);
    for (double shape : new double[] {0.2, 1, 4.5}) {
      double[] m = moments(() -> rng.gamma(shape));
      assertThat(m[0]).isCloseTo(shape, within(6 * Math.sqrt(shape / DRAWS)));
      assertThat(m[1]).isCloseTo(shape, within(0.05 * shape + 0.02));
    }
    for (double[] ab : new double[][] {{0.2, 0.2}, {2, 5}, {1, 1}}) {
      double sum = ab[0] + ab[1];
      double variance = ab[0] * ab[1] / (sum * sum * (sum + 1));
      double[] m = moments(() -> rng.beta(ab[0], ab[1]));
      assertThat(m[0]).isCloseTo(ab[0] / sum, within(6 * Math.sqrt(variance / DRAWS)));
      assertThat(m[1]).isCloseTo(variance, within(0.03 * variance));
    }
    assertThat(rng.beta(1e-300, 1e-300)).isBetween(0.0, 1.0);
    assertThatThrownBy(() -> rng.gamma(0)).hasMessageContaining("above 0, got 0.0");
  }

  private static double[] moments(DoubleSupplier draw) {
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < DRAWS; i++) {
      double x = draw.getAsDouble();
      sum += x;
      squares += x * x;
    }
    double mean = sum / DRAWS;
    return new double[] {mean, squares / DRAWS - mean * mean};
  }

  @Test
  void permutationsHoldEachNumberOnce() {
    int[] order = new Rng(3).permutation(1000);
    int[] sorted = order.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < sorted.length; i++) {
      assertThat(sorted[i]).isEqualTo(i);
    }
    assertThat(order).isNotEqualTo(sorted);
    assertThat(new Rng(3).permutation(0)).isEmpty();
  }

  @Test
  void boundStreamsNestAndTheirAbsenceIsExplained() {
    assertThatThrownBy(Rng::bound)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no Rng is bound to this thread")
        .hasMessageContaining("eval()");
    Rng outer = new Rng(1);
    Rng inner = new Rng(2);
    try (Rng.Binding a = outer.bind()) {
      assertThat(inner.run(Rng::bound)).isSameAs(inner);
      assertThat(Rng.bound()).isSameAs(outer);
    }
    assertThatThrownBy(Rng::bound).hasMessageContaining("no Rng");
  }
}
