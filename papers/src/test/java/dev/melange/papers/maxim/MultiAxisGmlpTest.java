package dev.melange.papers.maxim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.nn.Macs;
import dev.melange.nn.TokenMixer;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MultiAxisGmlpTest {
  private static final MultiAxisGmlp.Config CONFIG =
      new MultiAxisGmlp.Config(4, List.of(4, 4), List.of(6, 4), 2, 2, 2, true, 0);

  @Test
  void onePixelSeesItsBlockAndItsPlacesInTheGridAndAfterTwoBlocksEverything() {
    try (MultiAxisGmlp first = new MultiAxisGmlp(CONFIG, new Rng(1));
        MultiAxisGmlp second = new MultiAxisGmlp(CONFIG, new Rng(2))) {
      assertThat(Structure.pixels(Structure.field(List.of(first)))).isEqualTo(39);
      assertThat(Structure.pixels(Structure.field(List.of(first, second)))).isEqualTo(24 * 16);
    }
  }

  @Test
  void twoConvolutionalBlocksSeeNineByNinePixels() {
    ResidualChannelAttention.Config config = new ResidualChannelAttention.Config(4, 4, 0.2, true);
    try (ResidualChannelAttention first = new ResidualChannelAttention(config, new Rng(1));
        ResidualChannelAttention second = new ResidualChannelAttention(config, new Rng(2))) {
      List<UnaryLayer> layers = List.of(new Convolutions(first), new Convolutions(second));
      assertThat(Structure.pixels(Structure.field(layers))).isEqualTo(81);
    }
  }

  /** A block without its channel attention, which would see the whole image. */
  private static final class Convolutions extends UnaryLayer {
    private final ResidualChannelAttention block;

    Convolutions(ResidualChannelAttention block) {
      this.block = child("block", block);
    }

    @Override
    public Tensor forward(Tensor x) {
      return x.add(block.convolutions(x));
    }
  }

  @ParameterizedTest
  @CsvSource({"24, 16", "48, 16", "24, 48"})
  void costIsLinearInThePixels(int height, int width) {
    try (MultiAxisGmlp block = new MultiAxisGmlp(CONFIG, new Rng(1))) {
      long macs = macs(block, height, width);
      assertThat(macs(block, 2 * height, 2 * width)).isEqualTo(4 * macs);
      // into and out of the block 4 C^2, of the gated MLPs 6 C^2, along the axes C (grid + block)
      assertThat(macs).isEqualTo((long) height * width * (10 * 4 * 4 + 4 * (24 + 16)));
    }
  }

  private static long macs(MultiAxisGmlp block, int height, int width) {
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor x = Tensor.zeros(1, 4, height, width);
      return Macs.count(() -> block.forward(x));
    }
  }

  @Test
  void float32AgreesWithFloat64OnBothMemoryLayouts() {
    MultiAxisGmlp.Config config =
        new MultiAxisGmlp.Config(32, List.of(4, 4), List.of(2, 2), 2, 2, 2, true, 0);
    try (MultiAxisGmlp block = new MultiAxisGmlp(config, new Rng(1));
        Scope scope = Scope.open()) {
      Tensor x = new Rng(2).normal(2, 32, 8, 12);
      float[] plain = block.forward(x).contiguous().toFloats();
      float[] last = block.forward(x.channelsLast()).contiguous().toFloats();
      block.to(DType.F64);
      double[] exact = block.forward(x.to(DType.F64)).contiguous().toDoubles();
      for (int i = 0; i < exact.length; i++) {
        assertThat((double) plain[i]).isCloseTo(exact[i], within(1e-4));
        assertThat((double) last[i]).isCloseTo(exact[i], within(1e-4));
      }
    }
  }

  @Test
  void mixersForOtherBackbonesMixAlongTheirAxis() {
    int[] seen = new int[3];
    List<TokenMixer> mixers = WindowMixers.all();
    for (int i = 0; i < 3; i++) {
      try (UnaryLayer mixer = mixers.get(i).make(4, 24, 16, new Rng(1))) {
        seen[i] = Structure.pixels(Structure.field(List.of(mixer)));
      }
    }
    // blocks of 8x8, and a grid of 8x8 windows of 3x2, of which 3x4 places lie in the block
    assertThat(seen).containsExactly(64 + 64 - 12, 64, 64);
    assertThatThrownBy(() -> mixers.get(0).make(4, 11, 16, new Rng(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("11 has no divisor from 2 to 8");
  }

  @Test
  void refusesImagesThatBlocksOrGridDoNotDivide() {
    try (MultiAxisGmlp block = new MultiAxisGmlp(CONFIG, new Rng(1));
        Scope scope = Scope.open()) {
      assertThatThrownBy(() -> block.forward(Tensor.zeros(1, 4, 20, 16)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a grid of 6x4 does not divide features of 20x16");
      assertThatThrownBy(() -> block.forward(Tensor.zeros(1, 4, 18, 16)))
          .hasMessageContaining("a block of 4x4 does not divide features of 18x16");
    }
    assertThatThrownBy(
            () -> new MultiAxisGmlp.Config(3, List.of(2, 2), List.of(2, 2), 2, 2, 1, true, 0))
        .hasMessageContaining("must be even");
  }
}
