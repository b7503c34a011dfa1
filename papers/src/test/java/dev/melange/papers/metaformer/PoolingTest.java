package dev.melange.papers.metaformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolingTest {
  @ParameterizedTest
  @CsvSource({"3, 16, 16", "3, 1, 5", "5, 7, 4", "7, 2, 2", "1, 3, 3"})
  void theFastWayGivesWhatLibtorchsOperatorGives(int size, int height, int width) {
    TokenMixers.Pooling pooling = new TokenMixers.Pooling(size);
    try (Scope scope = Scope.open()) {
      Tensor x = new Rng(1).normal(4, 6, height, width).requiresGrad_(true);
      Tensor weight = new Rng(2).normal(4, 6, height, width);
      Tensor fast = pooling.forward(x);
      Tensor plain = pooling.averages(x).sub(x);
      assertThat(difference(fast, plain)).isLessThan(1e-6);
      assertThat(
              difference(
                  Autograd.grad(fast.mul(weight).sum(), x)[0],
                  Autograd.grad(plain.mul(weight).sum(), x)[0]))
          .isLessThan(1e-5);
    }
  }

  private static double difference(Tensor a, Tensor b) {
    return a.sub(b).abs().max().item();
  }
}
