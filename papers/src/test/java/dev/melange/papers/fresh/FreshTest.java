package dev.melange.papers.fresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.nn.UnaryLayer;
import dev.melange.papers.Catalogue;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FreshTest {
  private static final long SEED = 11;
  private static final FreshSelection.Config LOW = new FreshSelection.Config(16, 2);

  @ParameterizedTest
  @CsvSource({
    "fresh_siren, 198915",
    "fresh_finer, 198915",
    "fresh_fourier, 198147",
    "fresh_wire, 199287"
  })
  void hasTheParametersOfThePaper(String name, long parameters) {
    try (var model = Catalogue.model(name).create(new Rng(SEED))) {
      assertThat(model.parameterCount()).isEqualTo(parameters);
    }
  }

  private static Function<Rng, UnaryLayer> siren(double omega) {
    return rng -> new Siren(new Siren.Config(2, 32, 2, 1, omega, 30, true, false), rng);
  }

  @Test
  void choosesTheSettingsThatMadeTheSignal() {
    List<Function<Rng, UnaryLayer>> candidates =
        DoubleStream.of(5, 20, 60).mapToObj(FreshTest::siren).toList();
    for (int made = 0; made < candidates.size(); made++) {
      try (Scope scope = Scope.open();
          UnaryLayer source = candidates.get(made).apply(new Rng(SEED))) {
        Tensor grid = CoordinateGrid.of(List.of(48, 48)).to(DType.F32);
        Tensor target = source.forward(grid).detach().t().reshape(1, 48, 48);
        FreshSelection selection =
            FreshSelection.of(target, candidates, 10, LOW, new Rng(SEED + 1));
        assertThat(selection.choice()).as("omega number %d", made).isEqualTo(made);
        assertThat(selection.standardErrors()).hasSize(3).doesNotContain(0);
      }
    }
  }

  @Test
  void isMadeOfTheSameNetworksWithTheSameSeed() {
    try (Scope scope = Scope.open()) {
      Tensor target = new Rng(SEED).normal(1, 24, 24);
      List<Function<Rng, UnaryLayer>> candidates = List.of(siren(10), siren(30));
      double[] first = FreshSelection.of(target, candidates, 3, LOW, new Rng(1)).means();
      assertThat(FreshSelection.of(target, candidates, 3, LOW, new Rng(1)).means())
          .isEqualTo(first);
      assertThat(FreshSelection.of(target, candidates, 3, LOW, new Rng(2)).means())
          .isNotEqualTo(first);
    }
  }

  @Test
  void takesTheFirstOfEqualOnes() {
    assertThat(new FreshSelection(new double[][] {{3, 3}, {2, 2}, {1, 3}}).choice()).isEqualTo(1);
  }

  @Test
  void aWaveHasItsFrequencyInTheSpectrum() {
    try (Scope scope = Scope.open()) {
      Tensor phase = Tensor.arange(32).to(DType.F64).mul(2 * Math.PI * 5 / 32);
      Tensor line = phase.cos().add(3.0).unsqueeze(0);
      double[] spectrum = SignalSpectrum.of(line, new SignalSpectrum.Config(8, 1)).toDoubles();
      assertThat(spectrum).hasSize(8);
      assertThat(spectrum[4]).isCloseTo(16, within(1e-9));
      Tensor image = line.unsqueeze(1).expand(1, 32, 32);
      double[] low = SignalSpectrum.of(image, new SignalSpectrum.Config(8, 2)).toDoubles();
      assertThat(low[4]).isCloseTo(16 * 32, within(1e-9));
      assertThat(DoubleStream.of(low).sum()).isCloseTo(low[4], within(1e-6));
    }
  }

  @Test
  void volumesOfUnequalSidesAreResized() {
    try (Scope scope = Scope.open()) {
      Tensor volume = Tensor.ones(2, 6, 9, 7).to(DType.F64);
      double[] spectrum = SignalSpectrum.of(volume, new SignalSpectrum.Config(null, 3)).toDoubles();
      assertThat(spectrum).hasSize(3 * 5);
      assertThat(DoubleStream.of(spectrum).max().orElseThrow()).isLessThan(1e-9);
    }
  }

  @Test
  void distancesAreThoseOfWhatIsMoved() {
    try (Scope scope = Scope.open()) {
      Tensor u = Tensor.of(new double[] {1, 0, 0, 0});
      Tensor v = Tensor.of(new double[] {0, 0, 0, 5});
      assertThat(SpectrumDistance.of(u, v).item()).isCloseTo(3, within(1e-12));
      assertThat(SpectrumDistance.of(v, v).item()).isZero();
      assertThatThrownBy(() -> SpectrumDistance.of(u, Tensor.of(new double[] {1, 2})))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("same length, got [4] and [2]");
    }
  }

  @Test
  void firstWeightsFollowTheBetaDistribution() {
    Siren.Config config = new Siren.Config(2, 400, 0, 1, 30, 30, true, false);
    try (Siren uniform = new Siren(config, new Rng(SEED));
        Siren peaked = new Siren(config, 20, new Rng(SEED));
        Scope scope = Scope.open()) {
      Tensor wide = uniform.parameters().get("_net.0.linear.weight").detach();
      Tensor narrow = peaked.parameters().get("_net.0.linear.weight").detach();
      assertThat(wide.std(0, 0, 1).item()).isCloseTo(0.5 / Math.sqrt(3), within(0.02));
      assertThat(narrow.std(0, 0, 1).item()).isCloseTo(0.5 / Math.sqrt(41), within(0.01));
      assertThat(wide.abs().max().item()).isLessThanOrEqualTo(0.5);
    }
  }

  @Test
  void refusesImpossibleSettings() {
    assertThatThrownBy(() -> new FourierField.Config(2, 9, 1, 3, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be even, got 9");
    assertThatThrownBy(() -> new SignalSpectrum.Config(0, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 0");
    assertThatThrownBy(() -> SignalSpectrum.of(Tensor.zeros(3, 8), new SignalSpectrum.Config(4, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a signal of 2 axes is [C, side, side], got [3, 8]");
    assertThatThrownBy(() -> new Finer.Config(2, 8, 1, 3, 30, 30, -1.0, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("first_bias_scale is at least 0");
  }
}
