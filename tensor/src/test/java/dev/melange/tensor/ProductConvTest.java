package dev.melange.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProductConvTest {
  private static final long[] ONE = {1};

  /** Value and gradients of x, weight and bias, as vectors. */
  private static double[][] results(
      Tensor x, Tensor weight, Tensor bias, long stride, long padding, DType type) {
    Tensor[] in = {
      x.to(type).detach().requiresGrad_(true),
      weight.to(type).detach().requiresGrad_(true),
      bias.to(type).detach().requiresGrad_(true)
    };
    Tensor y = Nn.conv2d(in[0], in[1], in[2], new long[] {stride}, new long[] {padding}, ONE, 1);
    Tensor probe = new Rng(9).normal(y.shape()).to(type);
    Tensor[] gradients = Autograd.grad(y.mul(probe).sum(), in);
    return new double[][] {
      y.detach().toDoubles(),
      gradients[0].toDoubles(),
      gradients[1].toDoubles(),
      gradients[2].toDoubles()
    };
  }

  private static void isTheConvolution(long kernel, long stride, long padding) {
    Rng rng = new Rng(3);
    try (Scope scope = Scope.open()) {
      Tensor x = rng.normal(3, 256, 5, 4);
      Tensor weight = rng.normal(2048 / kernel, 256, kernel, kernel).mul(0.1).requiresGrad_(true);
      Tensor bias = rng.normal(2048 / kernel);
      long[] s = {stride};
      long[] p = {padding};
      assertThat(ProductConv.applies(x, weight, s, p, ONE, 1)).isTrue();
      double[][] fast = results(x, weight, bias, stride, padding, DType.F32);
      double[][] exact = results(x, weight, bias, stride, padding, DType.F64);
      for (int i = 0; i < exact.length; i++) {
        double largest = 0;
        double error = 0;
        for (int j = 0; j < exact[i].length; j++) {
          largest = Math.max(largest, Math.abs(exact[i][j]));
          error = Math.max(error, Math.abs(exact[i][j] - fast[i][j]));
        }
        assertThat(fast[i]).hasSameSizeAs(exact[i]);
        assertThat(error).as("result " + i).isLessThan(3e-6 * largest);
      }
    }
  }

  @Test
  void isTheConvolutionForFiltersOfOnePixel() {
    isTheConvolution(1, 1, 0);
  }

  @Test
  void isTheConvolutionForLargerFiltersWithStride() {
    isTheConvolution(3, 2, 1);
    isTheConvolution(2, 2, 0);
  }

  @Test
  void isTakenOnlyInTrainingAndForFewPixels() {
    try (Scope scope = Scope.open()) {
      Tensor x = Tensor.ones(2, 512, 4, 4);
      Tensor weight = Tensor.ones(1024, 512, 1, 1);
      long[] zero = {0};
      assertThat(ProductConv.applies(x, weight, ONE, zero, ONE, 1)).as("frozen").isFalse();
      weight.requiresGrad_(true);
      assertThat(ProductConv.applies(x, weight, ONE, zero, ONE, 1)).isTrue();
      assertThat(ProductConv.applies(x, weight, new long[] {2, 1}, zero, ONE, 1)).isFalse();
      assertThat(ProductConv.applies(Tensor.ones(8, 512, 4, 4), weight, ONE, zero, ONE, 1))
          .as("many pixels")
          .isFalse();
      try (var guard = Autograd.noGrad()) {
        assertThat(ProductConv.applies(x, weight, ONE, zero, ONE, 1)).as("inference").isFalse();
      }
    }
  }
}
