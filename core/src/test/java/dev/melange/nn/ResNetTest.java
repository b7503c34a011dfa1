package dev.melange.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResNetTest {
  private static final long SEED = 8;

  @ParameterizedTest
  // published networks without their classifiers of 512 x 1000 + 1000 or 2048 x 1000 + 1000
  @CsvSource({"basic, 2, 2, 2, 2, 11176512", "bottleneck, 3, 4, 6, 3, 23508032"})
  void hasThePublishedNumberOfParameters(
      String block, int first, int second, int third, int fourth, long parameters) {
    int[] layers = {first, second, third, fourth};
    try (ResNet net =
        new ResNet(new ResNet.Spec(block, layers, 64, 3, ResNet.LARGE_IMAGES), new Rng(SEED))) {
      assertThat(net.parameterCount()).isEqualTo(parameters);
    }
  }

  @ParameterizedTest
  @CsvSource({"cifar, basic, 16, 8, 12", "imagenet, bottleneck, 64, 2, 3"})
  void eachStageHalvesTheMapsOfItsStem(
      String stem, String block, int width, int height, int columns) {
    ResNet.Spec spec = new ResNet.Spec(block, new int[] {1, 2}, 8, 2, stem);
    try (ResNet net = new ResNet(spec, new Rng(SEED));
        Scope scope = Scope.open();
        Autograd.NoGrad guard = Autograd.noGrad()) {
      net.eval();
      Tensor image = new Rng(SEED).normal(2, 2, 16, 24);
      Tensor map = net.forward(image);
      assertThat(map.shape()).containsExactly(2, width, height, columns);
      assertThat(net.width()).isEqualTo(width);
      Tensor staged = net.stage(1, net.stage(0, net.stem(image)));
      assertThat(staged.sub(map).abs().max().item()).isZero();
    }
  }

  @Test
  void blocksWhoseLastNormIsZeroAreTheIdentityOnPositiveMaps() {
    ResNet.Spec spec = new ResNet.Spec("basic", new int[] {2}, 4, 1, ResNet.SMALL_IMAGES);
    try (ResNet net = new ResNet(spec, new Rng(SEED));
        Scope scope = Scope.open();
        Autograd.NoGrad guard = Autograd.noGrad()) {
      net.eval();
      Tensor stem = net.stem(new Rng(SEED).normal(1, 1, 6, 6));
      assertThat(net.stage(0, stem).sub(stem).abs().max().item()).isGreaterThan(1e-3);
      net.residualScales(0);
      assertThat(net.stage(0, stem).sub(stem).abs().max().item()).isZero();
    }
  }

  @Test
  void refusesWhatCannotBeBuilt() {
    assertThatThrownBy(() -> new ResNet.Spec("wide", new int[] {1}, 4, 1, "cifar"))
        .hasMessageContaining("'wide'");
    assertThatThrownBy(() -> new ResNet.Spec("basic", new int[] {1}, 4, 1, "large"))
        .hasMessageContaining("'large'");
    assertThatThrownBy(() -> new ResNet.Spec("basic", new int[0], 4, 1, "cifar"))
        .hasMessageContaining("layers []");
  }
}
