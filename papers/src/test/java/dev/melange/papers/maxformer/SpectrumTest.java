package dev.melange.papers.maxformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import org.junit.jupiter.api.Test;

class SpectrumTest {
  @Test
  void aCheckerboardIsAllHighFrequencyAndAConstantNone() {
    try (Scope scope = Scope.open()) {
      double[] values = new double[64];
      for (int i = 0; i < 64; i++) {
        values[i] = (i / 8 + i % 8) % 2 == 0 ? 1 : -1;
      }
      Tensor board = Tensor.of(values, 1, 8, 8);
      assertThat(Spectrum.highFrequencyRatio(board, 1)).isCloseTo(1, within(1e-12));
      assertThat(Spectrum.highFrequencyRatio(Tensor.ones(8, 8), 0.01)).isZero();
      Spectrum.Result result = Spectrum.of(board, 0.5);
      double[] relative = result.relative().toDoubles();
      assertThat(relative).hasSize(5);
      assertThat(relative[4]).isGreaterThan(relative[2] + 20);
    }
  }

  @Test
  void noiseIsFlat() {
    long seed = 9;
    try (Scope scope = Scope.open()) {
      Tensor noise = new Rng(seed).normal(400, 12, 12).to(DType.F64);
      double[] relative = Spectrum.of(noise, 0.5).relative().toDoubles();
      for (double value : relative) {
        assertThat(value).as("seed " + seed).isBetween(-0.35, 0.35);
      }
    }
  }

  @Test
  void leakKeepsRelativelyMoreOfTheHighFrequencies() {
    double[] lif = NeuronResponse.magnitude(new NeuronResponse.Config("lif", 2, 17));
    double[] integrate = NeuronResponse.magnitude(new NeuronResponse.Config("if", 2, 17));
    assertThat(lif[0]).isCloseTo(1, within(1e-12));
    assertThat(lif[16]).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(integrate[0]).isZero(); // stands for infinity
    assertThat(integrate[16]).isCloseTo(0.5, within(1e-12));
    assertThat(lif[16] / lif[1]).isGreaterThan(integrate[16] / integrate[1]);
  }

  @Test
  void energyOfSpikesGrowsWithTheirRate() {
    SpikingEnergy.Config config = SpikingEnergy.Config.of(4);
    SpikingEnergy.Estimate estimate =
        SpikingEnergy.estimate(
            config,
            new double[] {1e6, 1e6, 1e6},
            new double[] {1, 0.1, 0.2},
            new boolean[] {true, false, false});
    assertThat(estimate.picojoules())
        .containsExactly(new double[] {4.6e6, 3.6e5, 7.2e5}, within(1e-3));
    assertThat(estimate.millijoules()).isCloseTo(5.68e-3, within(1e-12));
    assertThatThrownBy(
            () -> SpikingEnergy.estimate(config, new double[2], new double[1], new boolean[2]))
        .hasMessageContaining("one element per layer, got 2, 1 and 2");
  }

  @Test
  void refusesWhatHasNoSpectrum() {
    try (Scope scope = Scope.open()) {
      assertThatThrownBy(() -> Spectrum.of(Tensor.zeros(3, 1, 5), 0.5))
          .hasMessageContaining("at least 2 x 2, got [3, 1, 5]");
    }
    assertThatThrownBy(() -> new Spectrum.Config(1.5)).hasMessageContaining("[0, 1]");
    assertThatThrownBy(() -> new NeuronResponse.Config("lif", 0, 5)).hasMessageContaining("tau");
  }
}
