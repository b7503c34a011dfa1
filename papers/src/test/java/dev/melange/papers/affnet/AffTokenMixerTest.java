package dev.melange.papers.affnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AffTokenMixerTest {
  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open();
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private static AffTokenMixer mixer(int channels, int blocks, double threshold, int factor) {
    return new AffTokenMixer(
        new AffTokenMixer.Config(channels, blocks, threshold, factor, "swish"), new Rng(1));
  }

  /** Weights large enough that the masks are not cut to zero. */
  private static void enlarge(AffTokenMixer mixer) {
    mixer.load(
        Map.of(
            "w1", mixer.parameters().get("w1").detach().mul(20.0),
            "b1", mixer.parameters().get("b1").detach().mul(20.0),
            "w2", mixer.parameters().get("w2").detach().mul(20.0),
            "b2", mixer.parameters().get("b2").detach().mul(20.0)));
  }

  @ParameterizedTest
  @CsvSource({"6, 8", "5, 7", "4, 1", "1, 6", "3, 3", "1, 1"})
  void isACircularConvolutionWithAKernelMadeFromTheMap(int height, int width) {
    try (AffTokenMixer mixer = mixer(4, 2, 0.01, 1)) {
      enlarge(mixer);
      mixer.to(DType.F64);
      Tensor x = new Rng(2).normal(2, 4, height, width).to(DType.F64);
      AffTokenMixer.Filtered filter = mixer.filter(x);
      Tensor expected = x.zerosLike();
      for (int i = 0; i < height; i++) {
        for (int j = 0; j < width; j++) {
          Tensor weight = filter.kernel().narrow(2, i, 1).narrow(3, j, 1);
          expected = expected.add(x.roll(new long[] {i, j}, 2, 3).mul(weight));
        }
      }
      assertThat(expected.norm().item()).isPositive();
      assertThat(difference(filter.mixed(), expected)).isLessThan(1e-10);
      assertThat(difference(mixer.forward(x), expected.add(x))).isLessThan(1e-10);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 4", "2, 4", "1, 1"})
  void trainsOnMapsOfOnePosition(int batch, int channels) {
    try (AffTokenMixer mixer = mixer(channels, 1, 0.01, 1)) {
      enlarge(mixer);
      mixer.to(DType.F64);
      Tensor x = new Rng(3).normal(batch, channels, 1, 1).to(DType.F64).requiresGrad_(true);
      Tensor[] gradients =
          Autograd.grad(mixer.forward(x).square().sum(), x, mixer.parameters().get("b2"));
      assertThat(gradients[0].norm().item()).isPositive();
      assertThat(gradients[1].norm().item()).isPositive();
    }
  }

  @Test
  void kernelsOfTwoImagesDiffer() {
    try (AffTokenMixer mixer = mixer(8, 4, 0.01, 2)) {
      enlarge(mixer);
      Tensor kernels = mixer.filter(new Rng(3).normal(2, 8, 8, 8)).kernel();
      assertThat(difference(kernels.get(0), kernels.get(1))).isGreaterThan(1e-3);
    }
  }

  @Test
  void beginsNearTheIdentity() {
    try (AffTokenMixer mixer = mixer(16, 8, 0.01, 1)) {
      Tensor x = new Rng(4).normal(1, 16, 8, 8);
      double change = difference(mixer.forward(x), x);
      assertThat(change).isLessThan(0.05 * x.norm().item());
    }
  }

  @Test
  void aHighThresholdLeavesTheMapAsItIs() {
    try (AffTokenMixer mixer = mixer(8, 8, 10, 1)) {
      Tensor x = new Rng(5).normal(2, 8, 5, 6);
      assertThat(mixer.forward(x).toFloats()).isEqualTo(x.toFloats());
      assertThat(mixer.filter(x).mask().toFloats()).containsOnly(0f);
    }
  }

  @ParameterizedTest
  @CsvSource({"8, 8", "7, 5", "16, 16", "1, 9", "13, 2"})
  void smallMapsAreTransformedAsByTheFastTransform(int height, int width) {
    Spectrum spectrum = new Spectrum();
    Tensor x = new Rng(6).normal(2, 3, height, width);
    Tensor z = spectrum.of(x);
    assertThat(z.shape()).isEqualTo(Spectrum.fast(x).shape());
    assertThat(difference(z, Spectrum.fast(x))).isLessThan(1e-4);
    Tensor other = new Rng(7).normal(z.shape());
    Tensor back = spectrum.inverse(other, width);
    assertThat(difference(back, Spectrum.fastInverse(other, width))).isLessThan(1e-4);
    assertThat(difference(spectrum.inverse(z, width), x)).isLessThan(1e-4);
  }

  @Test
  void bothTransformsGiveTheSameGradients() {
    try (AffTokenMixer small = mixer(8, 4, 0.01, 1);
        AffTokenMixer exact = mixer(8, 4, 0.01, 1)) {
      enlarge(small);
      enlarge(exact);
      exact.to(DType.F64); // takes the fast transform
      Tensor x = new Rng(8).normal(2, 8, 6, 7);
      Tensor[] of32 = gradients(small, x);
      Tensor[] of64 = gradients(exact, x.to(DType.F64));
      for (int i = 0; i < of32.length; i++) {
        double size = of64[i].norm().item();
        assertThat(size).isPositive();
        assertThat(difference(of32[i].to(DType.F64), of64[i])).isLessThan(1e-5 * size);
      }
    }
  }

  private static Tensor[] gradients(AffTokenMixer mixer, Tensor x) {
    Tensor loss = mixer.forward(x).square().sum();
    return Autograd.grad(loss, mixer.parameters().values().toArray(Tensor[]::new));
  }

  @Test
  void halfPrecisionIsComputedInFloat32() {
    try (AffTokenMixer mixer = mixer(8, 4, 0.01, 1)) {
      Tensor x = new Rng(9).normal(1, 8, 6, 6).to(DType.BF16);
      float[] exact = mixer.forward(x.to(DType.F32)).to(DType.BF16).to(DType.F32).toFloats();
      mixer.to(DType.BF16);
      Tensor y = mixer.forward(x);
      assertThat(y.dtype()).isEqualTo(DType.BF16);
      float[] half = y.to(DType.F32).toFloats();
      for (int i = 0; i < half.length; i++) {
        assertThat(half[i]).isCloseTo(exact[i], org.assertj.core.data.Offset.offset(0.05f));
      }
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> mixer(10, 4, 0.01, 1))
        .hasMessageContaining("num_blocks must divide the channels, got 10 channels and 4 blocks");
    assertThatThrownBy(() -> mixer(8, 4, -1, 1)).hasMessageContaining("got -1.0");
    assertThatThrownBy(() -> mixer(8, 4, 0, 0)).hasMessageContaining("must be at least 1");
    try (AffTokenMixer mixer = mixer(8, 4, 0.01, 1)) {
      assertThatThrownBy(() -> mixer.forward(Tensor.zeros(1, 6, 4, 4)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expects [B, 8, H, W], got [1, 6, 4, 4]");
    }
  }

  private static double difference(Tensor a, Tensor b) {
    return a.sub(b).norm().item();
  }
}
