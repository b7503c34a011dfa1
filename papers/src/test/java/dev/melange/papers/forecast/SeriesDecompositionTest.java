package dev.melange.papers.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeriesDecompositionTest {
  @ParameterizedTest
  @CsvSource({"96, 25", "12, 25", "7, 3", "5, 1", "700, 25"})
  void theMatrixOfTheMovingAverageIsThePooling(int length, int window) {
    Scope.run(
        () -> {
          Tensor x = new Rng(1).normal(3, length, 4).to(DType.F64).requiresGrad_(true);
          long side = (window - 1) / 2;
          Tensor padded = Nn.pad(x.transpose(1, 2), new long[] {side, side}, "replicate", 0);
          Tensor trend = Nn.avgPool1d(padded, window, 1, 0).transpose(1, 2);
          var parts =
              new SeriesDecomposition(new SeriesDecomposition.Config("moving_avg", window, 5))
                  .split(x);
          Tensor weights = new Rng(2).normal(3, length, 4).to(DType.F64);
          assertClose(parts.trend(), trend);
          assertClose(parts.season(), x.sub(trend));
          assertClose(
              Autograd.grad(parts.trend().mul(weights).sum(), x)[0],
              Autograd.grad(trend.mul(weights).sum(), x)[0]);
        });
  }

  private static void assertClose(Tensor actual, Tensor expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.sub(expected).abs().max().item()).isLessThan(1e-12);
  }
}
