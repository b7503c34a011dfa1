package dev.melange.papers.seminmf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class SemiNmfTest {
  /** A matrix [24, 40] of 3 features of 4 neurons each, with non-negative coefficients. */
  private static Factors planted() {
    Tensor f = Tensor.zeros(DType.F64, Device.CPU, 24, 3);
    Rng rng = new Rng(1);
    for (int k = 0; k < 3; k++) {
      rng.normal_(f.select(1, k).narrow(0, 6L * k, 4), 0, 1);
    }
    return new Factors(f, rng.uniform_(f.newZeros(40, 3), 0, 1).sub(0.4).relu());
  }

  @Test
  void findsPlantedFeatures() {
    try (Scope scope = Scope.open()) {
      Tensor a = planted().product();
      double total = a.square().sum().item();
      SemiNmf.Config config = new SemiNmf.Config(3, 4.0 / 24, 2000, 1e-9, 1e-6, 100);
      SemiNmf.Fit fit = SemiNmf.fit(config, a, SemiNmfStart.svd(a, 3, SemiNmfStart.EPS, null));
      assertThat(fit.loss()).isLessThan(0.02 * total);
      assertThat(fit.factors().explainedVariance(a)).isGreaterThan(0.98);
    }
  }

  @Test
  void keepsSignsAndSparsityAndTheBestFactors() {
    try (Scope scope = Scope.open()) {
      Tensor a = new Rng(2).normal_(Tensor.zeros(DType.F64, Device.CPU, 30, 50), 0, 1);
      SemiNmf.Config config = new SemiNmf.Config(5, 0.1, 60, 1e-4, 1e-6, 60);
      SemiNmf.Fit fit = SemiNmf.fit(config, a, SemiNmfStart.random(a, 5, new Rng(3)));
      Factors factors = fit.factors();
      assertThat(factors.coefficients().min().item()).isNotNegative();
      assertThat(factors.features().min().item()).isNegative();
      Tensor used = factors.features().ne(0.0).to(DType.F64).sum(0);
      assertThat(used.toDoubles()).containsOnly(3);
      assertThat(factors.squaredError(a)).isCloseTo(fit.loss(), within(1e-9));
      assertThat(fit.losses().get(fit.bestIteration())).isEqualTo(fit.loss());
      assertThat(fit.losses()).allMatch(loss -> loss >= fit.loss() - 1e-4);
    }
  }

  @Test
  void stopsWithoutProgress() {
    try (Scope scope = Scope.open()) {
      Tensor a = planted().product();
      SemiNmf.Config config = new SemiNmf.Config(3, 1, 100, 1e9, 1e-6, 7);
      SemiNmf.Fit fit = SemiNmf.fit(config, a, SemiNmfStart.random(a, 3, new Rng(4)));
      // the first iteration always counts as progress
      assertThat(fit.bestIteration()).isZero();
      assertThat(fit.losses()).hasSize(8);
    }
  }

  @Test
  void keepsTies() {
    try (Scope scope = Scope.open()) {
      Tensor f = Tensor.of(new double[] {3, -3, 1, 0.5}, 4, 1);
      assertThat(SemiNmf.keepLargest(f, 1).toDoubles()).containsExactly(3, -3, 0, 0);
      assertThat(SemiNmf.keepLargest(f, 3).toDoubles()).containsExactly(3, -3, 1, 0);
    }
  }

  @Test
  void startsOfKMeansAreTheClusters() {
    try (Scope scope = Scope.open()) {
      Tensor a = Tensor.of(new double[] {0, 10, 1, 11, 0, 10, 1, 11}, 2, 4);
      Factors start =
          SemiNmfStart.kMeans(a, 2, 15, 1e-6, Tensor.of(new long[] {0, 2, 1, 3}, 4), new Rng(5));
      double[] centres = start.features().select(0, 0).toDoubles();
      assertThat(centres).containsExactlyInAnyOrder(0.5, 10.5);
      assertThat(start.coefficients().max(1).toDoubles()).containsOnly(1);
      assertThat(start.coefficients().min().item()).isEqualTo(1e-6);
    }
  }

  @Test
  void refusesWhatItCannotFactor() {
    try (Scope scope = Scope.open()) {
      Tensor a = Tensor.of(new double[] {1, Double.NaN, 3, 4}, 2, 2);
      Factors start = SemiNmfStart.random(a, 1, new Rng(6));
      SemiNmf.Config config = SemiNmf.Config.of(1);
      assertThatThrownBy(() -> SemiNmf.fit(config, a, start)).hasMessageContaining("not finite");
      Tensor wide = a.newZeros(2, 3);
      assertThatThrownBy(() -> SemiNmf.fit(config, wide, start)).hasMessageContaining("[2, 3]");
      assertThatThrownBy(() -> new SemiNmf.Config(1, 0, 1, 0, 0, 1)).hasMessageContaining("0.0");
      assertThatThrownBy(() -> SemiNmfStart.svd(wide, 3, 1e-6, null)).hasMessageContaining("3");
    }
  }

  @Test
  void tuningLowersTheErrorOfAHierarchy() {
    try (Scope scope = Scope.open()) {
      Tensor x = planted().product().t();
      HierarchicalSnmf.Config config =
          new HierarchicalSnmf.Config(List.of(4, 2), 0.5, 50, 1e-6, 1e-3, 100);
      Rng rng = new Rng(7);
      List<Factors> starts =
          List.of(
              SemiNmfStart.random(x.t(), 4, rng), SemiNmfStart.random(x.newZeros(24, 4), 2, rng));
      HierarchicalSnmf.Levels levels = HierarchicalSnmf.fit(config, x, starts);
      HierarchicalSnmf.Levels tuned = HierarchicalSnmf.tune(config, x, levels);
      assertThat(error(x, tuned)).isLessThan(error(x, levels));
      assertThat(levels.weights()).allMatch(w -> w.min().item() >= 0);
      assertThat(tuned.activations(2).shape()).containsExactly(40, 2);
    }
  }

  private static double error(Tensor x, HierarchicalSnmf.Levels levels) {
    return x.sub(levels.reconstruct()).square().sum().item();
  }
}
