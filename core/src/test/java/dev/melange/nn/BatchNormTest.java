package dev.melange.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchNormTest {
  private static Conv2d convolution(boolean bias) {
    return new Conv2d(
        Conv2d.Spec.of(4, 6, 3).stride(2).padding(1).groups(2).bias(bias), new Rng(1));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void afterAConvolutionItIsTheSameWithItsGradients(boolean affine) {
    try (Conv2d conv = convolution(false);
        BatchNorm norm = new BatchNorm(6, 1e-3, 0.1, affine);
        Scope scope = Scope.open()) {
      norm.load(
          affine
              ? Map.of(
                  "weight", new Rng(2).normal(6),
                  "bias", new Rng(3).normal(6),
                  "running_mean", new Rng(4).normal(6),
                  "running_var", new Rng(5).uniform(6).add(0.5),
                  "num_batches_tracked", norm.state().get("num_batches_tracked"))
              : Map.of(
                  "running_mean", new Rng(4).normal(6),
                  "running_var", new Rng(5).uniform(6).add(0.5),
                  "num_batches_tracked", norm.state().get("num_batches_tracked")));
      conv.to(DType.F64);
      norm.to(DType.F64);
      Tensor x = new Rng(6).normal(3, 4, 7, 8).to(DType.F64);
      Tensor apart = norm.forward(conv.forward(x));
      Tensor together = norm.forwardAfter(conv, x);
      assertThat(together.sub(apart).abs().max().item()).isLessThan(1e-12);
      Tensor one = Autograd.grad(apart.square().sum(), conv.weight())[0];
      Tensor other = Autograd.grad(together.square().sum(), conv.weight())[0];
      assertThat(other.sub(one).abs().max().item()).isLessThan(1e-9);
    }
  }

  @Test
  void refusesToTrainOnOneNumberPerChannel() {
    try (BatchNorm norm = new BatchNorm(6);
        Scope scope = Scope.open()) {
      assertThat(norm.forward(Tensor.ones(1, 6)).shape()).containsExactly(1, 6);
      norm.train();
      for (long[] shape : new long[][] {{1, 6}, {1, 6, 1, 1}}) {
        assertThatThrownBy(() -> norm.forward(Tensor.ones(shape)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("more than one number per channel in training, got [1, 6")
            .hasMessageContaining("batches of at least 2");
      }
      norm.forward(new Rng(1).normal(2, 6));
      norm.forward(new Rng(1).normal(1, 6, 1, 2));
      assertThat(norm.runningVariance().toFloats()).doesNotContain(Float.NaN);
    }
  }

  @Test
  void inTrainingItTakesTheBatchesStatistics() {
    try (Conv2d conv = convolution(false);
        BatchNorm norm = new BatchNorm(6);
        Scope scope = Scope.open()) {
      norm.train();
      Tensor y = norm.forwardAfter(conv, new Rng(7).normal(5, 4, 8, 8));
      assertThat(y.mean(0, 2, 3).abs().max().item()).isLessThan(1e-5);
      assertThat(norm.runningVariance().toFloats()).doesNotContain(1f);
    }
  }

  @Test
  void refusesAConvolutionWithABias() {
    try (Conv2d conv = convolution(true);
        BatchNorm norm = new BatchNorm(6);
        Scope scope = Scope.open()) {
      assertThatThrownBy(() -> norm.forwardAfter(conv, Tensor.zeros(1, 4, 8, 8)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("takes the place of the bias");
    }
  }
}
