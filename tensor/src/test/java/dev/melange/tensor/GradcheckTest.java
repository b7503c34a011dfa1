package dev.melange.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Gradients against central differences, in float64. */
class GradcheckTest {
  private static final double STEP = 1e-6;
  private static final long[] ONE = {1};
  private static final long[] ZERO = {0};

  private static Tensor ramp(long... shape) {
    long n = 1;
    for (long length : shape) {
      n *= length;
    }
    return Tensor.arange(n).to(DType.F64).mul(0.7).add(0.3).sin().reshape(shape);
  }

  /** A scalar that weighs every element of the output differently. */
  private static Tensor weighed(Tensor y) {
    return y.mul(ramp(y.shape()).add(0.4)).sum();
  }

  private static DynamicTest check(
      String name, Function<Tensor[], Tensor> function, long[]... shapes) {
    return DynamicTest.dynamicTest(
        name,
        () ->
            Scope.run(
                () -> {
                  Tensor[] inputs = new Tensor[shapes.length];
                  for (int i = 0; i < inputs.length; i++) {
                    inputs[i] = ramp(shapes[i]).add(0.05 * i).detach().copy().requiresGrad_(true);
                  }
                  Tensor[] gradients = Autograd.grad(weighed(function.apply(inputs)), inputs);
                  for (int i = 0; i < inputs.length; i++) {
                    assertThat(gradients[i].toDoubles())
                        .as("input " + i)
                        .containsExactly(differences(function, inputs, i), within(1e-6));
                  }
                }));
  }

  private static double[] differences(Function<Tensor[], Tensor> function, Tensor[] inputs, int i) {
    double[] result = new double[Math.toIntExact(inputs[i].numel())];
    try (var guard = Autograd.noGrad()) {
      Tensor flat = inputs[i].view(-1);
      for (int j = 0; j < result.length; j++) {
        Tensor element = flat.get(j);
        element.add_(STEP);
        double up = weighed(function.apply(inputs)).item();
        element.sub_(2 * STEP);
        double down = weighed(function.apply(inputs)).item();
        element.add_(STEP);
        result[j] = (up - down) / (2 * STEP);
      }
    }
    return result;
  }

  private static long[] s(long... shape) {
    return shape;
  }

  @TestFactory
  Stream<DynamicTest> operators() {
    return Stream.of(
        check("linear", i -> Nn.linear(i[0], i[1], i[2]), s(2, 3), s(4, 3), s(4)),
        check("conv1d", i -> Nn.conv1d(i[0], i[1], i[2], 2, 1, 1, 1), s(2, 2, 6), s(3, 2, 3), s(3)),
        check(
            "conv2d",
            i -> Nn.conv2d(i[0], i[1], i[2], ONE, ONE, ONE, 2),
            s(1, 2, 4, 4),
            s(4, 1, 3, 3),
            s(4)),
        check(
            "conv3d",
            i -> Nn.conv3d(i[0], i[1], i[2], ONE, ZERO, 1),
            s(1, 1, 3, 3, 3),
            s(2, 1, 2, 2, 2),
            s(2)),
        check(
            "convTranspose1d",
            i -> Nn.convTranspose1d(i[0], i[1], i[2], 2, 1, 1, 1),
            s(1, 2, 4),
            s(2, 3, 3),
            s(3)),
        check(
            "convTranspose2d",
            i -> Nn.convTranspose2d(i[0], i[1], i[2], s(2), ONE, ONE, 1),
            s(1, 2, 3, 3),
            s(2, 2, 3, 3),
            s(2)),
        check("layerNorm", i -> Nn.layerNorm(i[0], i[1], i[2], 1e-5), s(3, 5), s(5), s(5)),
        check("groupNorm", i -> Nn.groupNorm(i[0], 2, i[1], i[2], 1e-5), s(2, 4, 3), s(4), s(4)),
        check("instanceNorm", i -> Nn.instanceNorm(i[0], i[1], i[2], 1e-5), s(2, 2, 5), s(2), s(2)),
        check("rmsNorm", i -> Nn.rmsNorm(i[0], i[1], 1e-6), s(3, 5), s(5)),
        check(
            "batchNorm",
            i -> Nn.batchNorm(i[0], i[1], i[2], null, null, true, 0.1, 1e-5),
            s(4, 2, 3),
            s(2),
            s(2)),
        check("avgPool2d", i -> Nn.avgPool2d(i[0], 3, 1, 1, false), s(1, 2, 4, 4)),
        check("avgPool1d", i -> Nn.avgPool1d(i[0], 3, 2, 1), s(1, 2, 7)),
        check("maxPool2d", i -> Nn.maxPool2d(i[0], 2, 2, 0), s(1, 2, 4, 4)),
        check("maxPool1d", i -> Nn.maxPool1d(i[0], 3, 2, 1), s(1, 2, 7)),
        check("adaptiveAvgPool2d", i -> Nn.adaptiveAvgPool2d(i[0], 3, 2), s(1, 2, 4, 5)),
        check("adaptiveMaxPool2d", i -> Nn.adaptiveMaxPool2d(i[0], 3, 2), s(1, 2, 4, 5)),
        check("resizeBilinear", i -> Nn.resizeBilinear(i[0], 5, 3, false), s(1, 1, 4, 4)),
        check("resizeBicubic", i -> Nn.resizeBicubic(i[0], 5, 3, true), s(1, 1, 4, 4)),
        check("resizeNearest", i -> Nn.resizeNearest(i[0], 5, 3), s(1, 1, 4, 4)),
        check("resizeLinear", i -> Nn.resizeLinear(i[0], 7, false), s(1, 2, 4)),
        check("antialiased", i -> Resample.bicubic(i[0], 3, 2), s(1, 1, 7, 5)),
        check("reflect", i -> Nn.pad(i[0], s(2, 1), "reflect", 0), s(1, 2, 4)),
        check("pixelShuffle", i -> Nn.pixelShuffle(i[0], 2), s(1, 4, 2, 2)),
        check("im2col", i -> Nn.im2col(i[0], 2, 1, 1, 1), s(1, 2, 3, 3)),
        check("col2im", i -> Nn.col2im(i[0], 3, 3, 2, 1, 0, 1), s(1, 8, 4)),
        check(
            "gridSample",
            i -> Nn.gridSample(i[0], i[1].mul(0.8), false),
            s(1, 2, 4, 4),
            s(1, 3, 3, 2)),
        check(
            "attention",
            i -> Nn.attention(i[0], i[1], i[2], i[3], false, 0.7),
            s(1, 2, 3, 4),
            s(1, 2, 3, 4),
            s(1, 2, 3, 4),
            s(3, 3)),
        check(
            "causal",
            i -> Nn.attention(i[0], i[0], i[1], null, true, 1),
            s(1, 1, 4, 2),
            s(1, 1, 4, 2)),
        check("gelu", i -> i[0].gelu().add(i[0].geluTanh()).add(i[0].silu()), s(7)),
        check("softmax", i -> i[0].softmax(0).add(i[0].logSoftmax(-1)), s(3, 4)),
        check("einsum", i -> Tensor.einsum("bij,bjk->bik", i[0], i[1]), s(2, 2, 3), s(2, 3, 2)),
        check("fft", i -> Fft.rfft2(i[0], -2, -1, "ortho").viewAsReal(), s(3, 4)),
        check("irfft", i -> Fft.irfft(Fft.fft(i[0], 1, "forward"), 5, 1, "backward"), s(2, 4)),
        check("solve", i -> Linalg.solve(i[0].add(eye()), i[1]), s(3, 3), s(3, 2)),
        check("inv", i -> Linalg.inv(i[0].add(eye())), s(3, 3)),
        check("singularValues", i -> Linalg.singularValues(i[0].add(eye())), s(3, 3)),
        check("logAbsDet", i -> Linalg.logAbsDet(i[0].add(eye())), s(3, 3)),
        check("prelu", i -> Nn.prelu(i[0], i[1]), s(2, 3), s(3)),
        check("smoothL1", i -> Losses.smoothL1(i[0], i[1].mul(3), 0.5), s(5), s(5)),
        check(
            "klDivergence",
            i -> Losses.klDivergence(i[0].logSoftmax(-1), i[1].logSoftmax(-1)),
            s(2, 3),
            s(2, 3)),
        check("mish", i -> Special.mish(i[0]).add(Special.selu(i[0])), s(6)),
        check("pairDistances", i -> Counts.pairDistances(i[0], i[1].add(3), 2), s(2, 3), s(4, 3)));
  }

  private static Tensor eye() {
    return Tensor.eye(3, DType.F64).mul(4);
  }

  @Test
  void secondDerivativesOfAConvolution() {
    Function<Tensor[], Tensor> gradient =
        i -> {
          Tensor y = Nn.conv2d(i[0], i[1], null, ONE, ONE, ONE, 1).tanh().square().sum();
          return Autograd.gradWithGraph(y, i[0])[0];
        };
    try (Scope scope = Scope.open()) {
      Tensor x = ramp(1, 1, 3, 3).copy().requiresGrad_(true);
      Tensor w = ramp(1, 1, 3, 3).mul(0.3).detach().copy().requiresGrad_(true);
      Tensor[] inputs = {x, w};
      Tensor[] second = Autograd.grad(weighed(gradient.apply(inputs)), inputs);
      for (int i = 0; i < 2; i++) {
        double[] expected = new double[9];
        for (int j = 0; j < 9; j++) {
          double up = shifted(gradient, inputs, i, j, STEP);
          double down = shifted(gradient, inputs, i, j, -STEP);
          expected[j] = (up - down) / (2 * STEP);
        }
        assertThat(second[i].toDoubles()).containsExactly(expected, within(1e-6));
      }
    }
  }

  private static double shifted(
      Function<Tensor[], Tensor> function, Tensor[] inputs, int i, int j, double step) {
    Tensor[] moved = inputs.clone();
    moved[i] = inputs[i].detach().copy();
    moved[i].view(-1).get(j).add_(step);
    moved[i].requiresGrad_(true);
    return weighed(function.apply(moved)).item();
  }
}
