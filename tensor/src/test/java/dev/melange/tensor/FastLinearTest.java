package dev.melange.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FastLinearTest {
  @Test
  void agreesWithThePlainProductInValuesAndGradients() {
    long seed = System.nanoTime();
    System.out.println("FastLinearTest seed " + seed);
    Rng rng = new Rng(seed);
    int taken = 0;
    for (int trial = 0; trial < 40; trial++) {
      long rows = 32 + rng.nextInt(400);
      long in = 1 + rng.nextInt(200);
      long out = 1 + rng.nextInt(200);
      long[] shape = rows % 4 == 0 ? new long[] {4, rows / 4, in} : new long[] {rows, in};
      boolean bias = rng.nextBoolean();
      try (Scope scope = Scope.open()) {
        Tensor x = rng.normal(shape).requiresGrad_(true);
        Tensor w = rng.normal(out, in).requiresGrad_(true);
        Tensor b = bias ? rng.normal(out).requiresGrad_(true) : null;
        if (!FastLinear.applies(x, w)) {
          continue;
        }
        taken++;
        Tensor[] inputs = bias ? new Tensor[] {x, w, b} : new Tensor[] {x, w};
        Tensor fast = FastLinear.apply(x, w, b);
        Tensor plain = Nn.plainLinear(x, w, b);
        assertThat(fast.isContiguous()).isTrue();
        assertClose(fast, plain, Arrays.toString(shape) + " to " + out);
        Tensor direction = rng.normal(plain.shape());
        Tensor[] fastGradients = Autograd.grad(fast.mul(direction).sum(), inputs);
        Tensor[] plainGradients = Autograd.grad(plain.mul(direction).sum(), inputs);
        for (int i = 0; i < inputs.length; i++) {
          assertClose(fastGradients[i], plainGradients[i], "gradient " + i + " of " + in);
        }
      }
    }
    assertThat(taken).isGreaterThan(5);
  }

  private static void assertClose(Tensor actual, Tensor expected, String what) {
    assertThat(actual.shape()).containsExactly(expected.shape());
    double scale = expected.detach().abs().max().item();
    assertThat(actual.detach().sub(expected.detach()).abs().max().item())
        .as(what)
        .isLessThanOrEqualTo(2e-6 * scale);
  }

  @Test
  void fewRowsWithALargeWeightAgreeInValuesAndGradients() {
    Rng rng = new Rng(7);
    for (boolean bias : new boolean[] {true, false}) {
      try (Scope scope = Scope.open()) {
        Tensor x = rng.normal(2, 20, 768).requiresGrad_(true);
        Tensor w = rng.normal(800, 768).requiresGrad_(true);
        Tensor b = bias ? rng.normal(800).requiresGrad_(true) : null;
        assertThat(FastLinear.applies(x, w)).isTrue();
        Tensor[] inputs = bias ? new Tensor[] {x, w, b} : new Tensor[] {x, w};
        Tensor fast = FastLinear.apply(x, w, b);
        Tensor plain = Nn.plainLinear(x, w, b);
        assertThat(fast.isContiguous()).isTrue();
        assertClose(fast, plain, "values");
        Tensor direction = rng.normal(plain.shape());
        Tensor[] fastGradients = Autograd.grad(fast.mul(direction).sum(), inputs);
        Tensor[] plainGradients = Autograd.grad(plain.mul(direction).sum(), inputs);
        for (int i = 0; i < inputs.length; i++) {
          assertClose(fastGradients[i], plainGradients[i], "gradient " + i);
        }
        // 1,601 outputs cannot be cut into as many pieces as it takes
        assertThat(FastLinear.applies(x, Tensor.ones(1601, 768))).isFalse();
      }
    }
  }

  @Test
  void isTakenOnlyWhereItHolds() {
    try (Scope scope = Scope.open()) {
      Tensor x = Tensor.ones(128, 64);
      Tensor w = Tensor.ones(64, 64);
      assertThat(FastLinear.applies(x, w)).isTrue();
      assertThat(FastLinear.applies(x.to(DType.F64), w.to(DType.F64))).isFalse();
      assertThat(FastLinear.applies(x, w.t())).isFalse();
      assertThat(FastLinear.applies(Tensor.ones(127, 64), w)).isFalse();
      assertThat(FastLinear.applies(x, Tensor.ones(64))).isFalse();
      assertThat(FastLinear.applies(Tensor.ones(0, 64), w)).isFalse();
    }
  }

  @Test
  void takesTransposedInputs() {
    Rng rng = new Rng(5);
    try (Scope scope = Scope.open()) {
      Tensor x = rng.normal(2, 96, 64).transpose(1, 2); // [2, 64, 96]
      Tensor w = rng.normal(80, 96);
      assertThat(FastLinear.applies(x, w)).isTrue();
      assertClose(Nn.linear(x, w, null), Nn.plainLinear(x, w, null), "product");
    }
  }

  @Test
  void transposedWeightsGiveTheTransposedProduct() {
    Rng rng = new Rng(4);
    try (Scope scope = Scope.open()) {
      Tensor x = rng.normal(128, 64);
      Tensor w = rng.normal(64, 80);
      assertThat(Nn.linear(x, w.t(), null).sub(x.matmul(w)).abs().max().item())
          .isCloseTo(0, within(1e-4));
    }
  }

  @Test
  void channelsLastImagesPermuteIntoItWithoutACopy() {
    try (Scope scope = Scope.open()) {
      Tensor image = new Rng(4).normal(16, 64, 8, 8).channelsLast();
      assertThat(image.isChannelsLast()).isTrue();
      Tensor tokens = image.permute(0, 2, 3, 1);
      assertThat(tokens.isContiguous()).isTrue();
      Tensor w = new Rng(5).normal(32, 64);
      Tensor y = Nn.linear(tokens, w, null).permute(0, 3, 1, 2);
      Tensor expected = Nn.conv2d(image, w.view(32, 64, 1, 1), null);
      assertThat(y.sub(expected).abs().max().item()).isCloseTo(0, within(1e-4));
    }
  }
}
