package dev.melange.papers.mixupneuralcollapse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Linalg;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Properties; values are checked by golden files. */
class MixupNeuralCollapseTest {
  private static final long SEED = 29;
  private static final int K = 4;
  private static final int D = 7;

  private Scope scope;
  private Tensor basis;
  private Tensor simplex; // [K, D]

  @BeforeEach
  void draw() {
    scope = Scope.open();
    basis = Linalg.qr(normal(new Rng(SEED), D, K))[0];
    simplex = Tensor.eye(K, DType.F64).sub(1.0 / K).matmul(basis.t());
  }

  @AfterEach
  void free() {
    scope.close();
  }

  private static Tensor normal(Rng rng, long... shape) {
    return rng.normal_(Tensor.zeros(shape).to(DType.F64), 0, 1);
  }

  private static Tensor labels(long... values) {
    return Tensor.of(values, values.length);
  }

  @Test
  void collapsedFeaturesHaveMetricsOfZero() {
    Tensor labels = labels(0, 1, 2, 3, 0, 1, 2, 3);
    Tensor noise = normal(new Rng(SEED), 4, D).mul(1e-3);
    // opposite deviations, so that the means stay those of the simplex
    Tensor features =
        simplex.indexSelect(0, labels).mul(3.0).add(Tensor.cat(0, noise, noise.neg())).add(0.5);
    CollapseMetrics metrics =
        CollapseMetrics.of(
            new CollapseMetrics.Config(K),
            features,
            labels,
            simplex.mul(2.0),
            Tensor.zeros(K).to(DType.F64));
    assertThat(metrics.nc1().item()).isPositive().isLessThan(1e-5);
    for (Tensor zero :
        new Tensor[] {
          metrics.equinormMeans(),
          metrics.equinormWeights(),
          metrics.equiangleMeans(),
          metrics.equiangleWeights(),
          metrics.maxangleMeans(),
          metrics.maxangleWeights(),
          metrics.nc3(),
          metrics.nc4()
        }) {
      assertThat(zero.item()).as("seed %d", SEED).isCloseTo(0, within(1e-12));
    }
  }

  @Test
  void metricsRefuseAClassWithoutSamples() {
    Tensor bias = Tensor.zeros(K).to(DType.F64);
    assertThatThrownBy(
            () ->
                CollapseMetrics.of(
                    new CollapseMetrics.Config(K), simplex, labels(0, 1, 3, 3), simplex, bias))
        .hasMessageContaining("class 2 has no samples");
  }

  @Test
  void simplexIsAnEquilateralTriangleInThePlane() {
    ClassifierPlane plane = ClassifierPlane.of(simplex, simplex.slice(0, 0, 3));
    assertThat(plane.basis().t().matmul(plane.basis()).toDoubles())
        .containsExactly(new double[] {1, 0, 0, 1}, within(1e-12));
    double[] xy = plane.weightCoords().toDoubles();
    for (int i = 0; i < 3; i++) {
      int j = (i + 1) % 3;
      double side = Math.hypot(xy[2 * i] - xy[2 * j], xy[2 * i + 1] - xy[2 * j + 1]);
      assertThat(side).isCloseTo(Math.sqrt(2), within(1e-12));
    }
    assertThat(xy[1]).as("the first row is on the first axis").isCloseTo(0, within(1e-12));
    Tensor line = Tensor.arange(3).to(DType.F64).unsqueeze(1).mul(simplex.get(0));
    assertThatThrownBy(() -> ClassifierPlane.of(simplex, line)).hasMessageContaining("no plane");
  }

  @ParameterizedTest
  @CsvSource({
    "ce, 1.3, 0.05",
    "ce, 0.7, 5",
    "ce, 10, 0.001",
    "ce, 100, 0.0001",
    "mse, 1, 0.1",
    "mse, 3, 2"
  })
  void optimalFeaturesHaveNoGradient(String loss, double scale, double reg) {
    var config = new UnconstrainedFeatures.Config(K, scale, reg, loss);
    Tensor lam = Tensor.of(new double[] {0, 0.1, 0.5, 0.93, 1, 0.4}, 6);
    Tensor a = labels(0, 1, 2, 3, 0, 2);
    Tensor b = labels(1, 0, 3, 1, 2, 2);
    var solved = UnconstrainedFeatures.solve(config, lam, a, b, basis);
    Tensor h = solved.features().detach().requiresGrad_(true);
    Tensor share = lam.unsqueeze(1);
    Tensor y =
        a.oneHot(K).to(DType.F64).mul(share).add(b.oneHot(K).to(DType.F64).mul(share.rsub(1)));
    Tensor z = h.matmul(solved.weight().t());
    Tensor fit =
        loss.equals("ce") ? z.logSoftmax(1).mul(y).sum(1).neg() : z.sub(y).square().sum(1).mul(0.5);
    Tensor objective = fit.add(h.square().sum(1).mul(reg / 2));
    Tensor gradient = Autograd.grad(objective.sum(), h)[0];
    assertThat(gradient.abs().max().item()).isLessThan(1e-8 * scale);
    assertThat(objective.sub(solved.objective()).abs().max().item()).isLessThan(1e-12 * scale);
    assertThat(solved.maxProb().min().item()).isGreaterThan(1.0 / K - 1e-12);
    assertThat(solved.maxProb().max().item()).isLessThan(1 + 1e-12);
  }

  @Test
  void crossEntropyBendsMixedFeaturesAndSquaredErrorDoesNot() {
    assertThat(bend("ce")).isGreaterThan(0.1);
    assertThat(bend("mse")).isLessThan(1e-12);
  }

  /** Greatest distance from the straight line between two vertices, relative to its length. */
  private double bend(String loss) {
    var config = new UnconstrainedFeatures.Config(K, 1.3, 0.05, loss);
    Tensor lam = Tensor.linspace(0, 1, 11, DType.F64);
    Tensor a = Tensor.zeros(11).to(DType.I64);
    Tensor h = UnconstrainedFeatures.solve(config, lam, a, a.add(1L), basis).features();
    Tensor line = h.get(10).mul(lam.unsqueeze(1)).add(h.get(0).mul(lam.rsub(1).unsqueeze(1)));
    double length = h.get(10).sub(h.get(0)).norm().item();
    return h.sub(line).norm(2, 1).max().item() / length;
  }

  @ParameterizedTest
  @ValueSource(doubles = {-800, -45, -39, -3, 0, 1, 1.001, 2, 50, 1e4, 1e9})
  void omegaSolvesItsEquation(double u) {
    double w = UnconstrainedFeatures.omega(u);
    if (u < -700) {
      assertThat(w).isZero();
    } else {
      assertThat(w + Math.log(w)).isCloseTo(u, within(1e-14 * Math.max(1, Math.abs(u))));
    }
  }

  @Test
  void featuresOnTheLinesOfTheMeansDoNotDeviate() {
    Tensor a = labels(0, 1, 2, 3, 1);
    Tensor b = labels(0, 2, 1, 3, 0);
    Tensor lam = Tensor.of(new double[] {0.3, 0.5, 0.5, 0.9, 0.5}, 5);
    Tensor shift = normal(new Rng(SEED), 1, D);
    Tensor means = simplex.mul(5.0).add(shift);
    Tensor share = lam.unsqueeze(1);
    Tensor features =
        means.indexSelect(0, a).mul(share).add(means.indexSelect(0, b).mul(share.rsub(1)));
    for (boolean project : new boolean[] {false, true}) {
      MixupGeometry geometry =
          MixupGeometry.of(
              new MixupGeometry.Config(project), features, a, b, lam, simplex.add(1), means);
      assertThat(geometry.sameInterpDev().item()).isCloseTo(0, within(1e-12));
      assertThat(geometry.diffInterpDev().item()).isCloseTo(0, within(1e-12));
      for (Tensor one :
          new Tensor[] {
            geometry.sameAlignment(), geometry.diffPlaneShare(), geometry.diffBoundaryCos()
          }) {
        assertThat(one.item()).as("seed %d", SEED).isCloseTo(1, within(1e-12));
      }
    }
  }

  @Test
  void projectionDropsWhatTheClassifierDoesNotSee() {
    Tensor a = labels(0, 1, 2);
    Tensor b = labels(0, 2, 3);
    Tensor lam = Tensor.of(new double[] {0.3, 0.6, 0.2}, 3);
    Tensor features = normal(new Rng(SEED), 3, D);
    // a direction orthogonal to the classifier: the null space of its rows
    Tensor hidden = normal(new Rng(SEED + 1), 1, D);
    hidden = hidden.sub(hidden.matmul(basis).matmul(basis.t()));
    Tensor moved = features.add(hidden.mul(7.0));
    var project = new MixupGeometry.Config(true);
    var keep = new MixupGeometry.Config(false);
    Tensor means = simplex.mul(2.0);
    double before =
        MixupGeometry.of(project, features, a, b, lam, simplex, means).sameNorm().item();
    assertThat(MixupGeometry.of(project, moved, a, b, lam, simplex, means).sameNorm().item())
        .isCloseTo(before, within(1e-10));
    assertThat(MixupGeometry.of(keep, moved, a, b, lam, simplex, means).sameNorm().item())
        .isGreaterThan(before + 1);
  }

  @Test
  void twoClassesSpanALineAndMissingKindsOfPairsAreNotNumbers() {
    Tensor rows = Tensor.of(new double[] {1, 0, -1, 0}, 2, 2);
    Tensor features = Tensor.of(new double[] {3, 4}, 1, 2);
    Tensor lam = Tensor.of(new double[] {0.5}, 1);
    MixupGeometry geometry =
        MixupGeometry.of(
            new MixupGeometry.Config(false), features, labels(0), labels(1), lam, rows, rows);
    assertThat(geometry.diffPlaneShare().item()).isCloseTo(9.0 / 25, within(1e-12));
    assertThat(geometry.diffNorm().item()).isCloseTo(5, within(1e-12));
    assertThat(geometry.sameNorm().item()).isNaN();
  }

  @Test
  void certainAndRightPredictionsAreCalibrated() {
    Tensor right = Tensor.eye(3, DType.F64);
    var report = CalibrationReport.of(new CalibrationReport.Config(15), right, labels(0, 1, 2));
    assertThat(report.calibration().expectedError()).isZero();
    assertThat(report.brier()).isZero();
    assertThat(report.nll()).isZero();
    var wrong = CalibrationReport.of(new CalibrationReport.Config(5), right, labels(1, 2, 0));
    assertThat(wrong.calibration().maximumError()).isEqualTo(1);
    assertThat(wrong.brier()).isEqualTo(2);
    assertThat(wrong.nll()).isCloseTo(-Math.log(1e-12), within(1e-12));
    assertThat(wrong.outputs().get("bin_count").toDoubles()).containsExactly(0, 0, 0, 0, 3);
  }
}
