package dev.melange.papers.hardnegativemixing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.component.Configs;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MochiTest {
  private static final long SEED = 5;
  private static final int BATCH = 4;
  private static final int DIM = 6;
  private static final int CAPACITY = 30;

  private final Rng rng = new Rng(SEED);

  private Tensor rows(int n) {
    return UnitVectors.of(rng.normal(n, DIM).to(DType.F64));
  }

  private static Mochi.Config config(int hard, int s, int sPrime) {
    return new Mochi.Config(0.2, hard, s, sPrime, true, false);
  }

  private static Mochi.Result run(
      Mochi.Config config, Tensor q, Tensor k, Tensor queue, MixingPoints points) {
    return Mochi.of(config, q, k, queue, points, null, null);
  }

  @Test
  void defaultsToThePapersSettingForSmallImageNet() {
    assertThat(Configs.defaults(Mochi.Config.class))
        .isEqualTo(new Mochi.Config(0.2, 1024, 1024, 128, true, false));
  }

  @Test
  void isMocoWithoutMixedPoints() {
    try (Scope scope = Scope.open()) {
      Tensor q = rows(BATCH).mul(3).requiresGrad_(true);
      Tensor k = rows(BATCH);
      Tensor queue = rows(CAPACITY).t();
      Mochi.Config config = config(7, 0, 0);
      Mochi.Result mochi = run(config, q, k, queue, MixingPoints.draw(config, BATCH, rng));
      Moco.Result moco = Moco.of(new Moco.Config(0.2), q, k, queue);
      assertThat(mochi.loss().item()).isCloseTo(moco.loss().item(), within(1e-12));
      assertThat(mochi.proxyAccuracy())
          .isEqualTo(mochi.proxyAccuracyReal())
          .isEqualTo(moco.proxyAccuracy());
      assertThat(mochi.synthetic().shape()).containsExactly(BATCH, 0, DIM);
      assertThat(mochi.logitsSynthetic().shape()).containsExactly(BATCH, 0);
      Tensor difference = Autograd.grad(mochi.loss(), q)[0].sub(Autograd.grad(moco.loss(), q)[0]);
      assertThat(difference.abs().max().item()).isLessThan(1e-12);
    }
  }

  @Test
  void mixedPointsHaveUnitLengthAndMakeTheTaskHarder() {
    try (Scope scope = Scope.open()) {
      Tensor q = rows(BATCH);
      Tensor k = rows(BATCH);
      Tensor queue = rows(CAPACITY).t();
      Mochi.Config config = config(8, 5, 4);
      Mochi.Result result = run(config, q, k, queue, MixingPoints.draw(config, BATCH, rng));
      assertThat(result.synthetic().shape()).containsExactly(BATCH, 9, DIM);
      for (double length : result.synthetic().norm(2, 2).toDoubles()) {
        assertThat(length).isCloseTo(1, within(1e-12));
      }
      assertThat(result.loss().item())
          .isGreaterThan(Moco.of(new Moco.Config(0.2), q, k, queue).loss().item());
      assertThat(result.proxyAccuracy()).isLessThanOrEqualTo(result.proxyAccuracyReal());
    }
  }

  @Test
  void ranksNegativesFromTheHardestAndEqualOnesByColumn() {
    try (Scope scope = Scope.open()) {
      Tensor q = Tensor.of(new double[] {1, 0}, 1, 2);
      Tensor queue = Tensor.of(new double[] {0, 1, 0, 1, 0.6, 1, 0, 1, 0, 0.8}, 2, 5);
      Mochi.Result result =
          run(
              config(5, 1, 1),
              q,
              q,
              queue,
              new MixingPoints(
                  Tensor.of(new long[] {0}, 1, 1),
                  Tensor.of(new long[] {3}, 1, 1),
                  Tensor.of(new double[] {0.5}, 1, 1),
                  Tensor.of(new long[] {2}, 1, 1),
                  Tensor.of(new double[] {0}, 1, 1)));
      assertThat(result.hardIndex().toLongs()).containsExactly(1, 3, 4, 0, 2);
      double half = Math.sqrt(0.5);
      assertThat(result.synthetic().toDoubles())
          .containsExactly(new double[] {half, half, 0.6, 0.8}, within(1e-12));
    }
  }

  @Test
  void gradientFlowsThroughTheMixedQueryOnlyIfAsked() {
    try (Scope scope = Scope.open()) {
      Tensor q = rows(BATCH).requiresGrad_(true);
      Tensor k = rows(BATCH);
      Tensor queue = rows(CAPACITY).t();
      Mochi.Config detached = config(6, 0, 3);
      Mochi.Config attached = new Mochi.Config(0.2, 6, 0, 3, false, false);
      MixingPoints points = MixingPoints.draw(detached, BATCH, rng);
      Mochi.Result without = run(detached, q, k, queue, points);
      Mochi.Result with = run(attached, q, k, queue, points);
      assertThat(with.loss().item()).isEqualTo(without.loss().item());
      assertThat(without.synthetic().requiresGrad()).isFalse();
      assertThat(with.synthetic().requiresGrad()).isTrue();
      Tensor difference = Autograd.grad(with.loss(), q)[0].sub(Autograd.grad(without.loss(), q)[0]);
      assertThat(difference.abs().max().item()).isGreaterThan(1e-6);
    }
  }

  @Test
  void theOracleLeavesOutTheQuerysClass() {
    try (Scope scope = Scope.open()) {
      Tensor q = rows(BATCH);
      Tensor k = rows(BATCH);
      Tensor queue = rows(CAPACITY).t();
      long[] classes = new long[CAPACITY];
      Arrays.setAll(classes, i -> i % 3);
      Tensor queueLabels = Tensor.of(classes);
      Tensor labels = Tensor.of(new long[] {0, 1, 2, 0});
      Mochi.Config blind = config(15, 8, 4);
      Mochi.Config oracle = new Mochi.Config(0.2, 15, 8, 4, true, true);
      MixingPoints points = MixingPoints.draw(oracle, BATCH, rng);
      Mochi.Result seen = Mochi.of(oracle, q, k, queue, points, labels, queueLabels);
      FalseNegatives none = FalseNegatives.of(seen.hardIndex(), points, labels, queueLabels);
      assertThat(none).isEqualTo(new FalseNegatives(0, 0));
      assertThat(Double.isFinite(seen.loss().item())).isTrue();
      Mochi.Result unseen = run(blind, q, k, queue, points);
      FalseNegatives some = FalseNegatives.of(unseen.hardIndex(), points, labels, queueLabels);
      assertThat(some.hard()).isBetween(0.1, 0.7);
      assertThat(some.synthetic()).isGreaterThan(some.hard());

      Mochi.Config greedy = new Mochi.Config(0.2, 21, 8, 4, true, true);
      assertThatThrownBy(() -> Mochi.of(greedy, q, k, queue, points, labels, queueLabels))
          .hasMessageContaining("n_hard is 21");
      assertThatThrownBy(() -> run(oracle, q, k, queue, points)).hasMessageContaining("labels");
    }
  }

  @Test
  void drawsRanksInTheListAndSharesBelowAHalfForTheQuery() {
    try (Scope scope = Scope.open()) {
      Mochi.Config config = config(3, 200, 100);
      MixingPoints points = MixingPoints.draw(config, 5, rng);
      assertThat(points.pairFirst().toLongs()).hasSize(1000).containsOnly(0, 1, 2);
      assertThat(points.pairSecond().toLongs()).containsOnly(0, 1, 2);
      assertThat(points.hardWithQuery().toLongs()).hasSize(500).containsOnly(0, 1, 2);
      assertThat(points.alpha().mean().item()).isCloseTo(0.5, within(0.05));
      assertThat(points.beta().max().item()).isBetween(0.45, 0.5);
      assertThat(points.beta().mean().item()).isCloseTo(0.25, within(0.03));
    }
  }

  @Test
  void refusesRanksAndShapesThatDoNotFit() {
    try (Scope scope = Scope.open()) {
      Tensor q = rows(BATCH);
      Tensor queue = rows(CAPACITY).t();
      MixingPoints wide = MixingPoints.draw(config(30, 40, 2), BATCH, rng);
      assertThatThrownBy(() -> run(config(5, 40, 2), q, q, queue, wide))
          .hasMessageContaining("0 to 4");
      assertThatThrownBy(() -> run(config(30, 41, 2), q, q, queue, wide))
          .hasMessageContaining("[4, 41]");
      assertThatThrownBy(() -> run(config(31, 40, 2), q, q, queue, wide))
          .hasMessageContaining("30 negatives");
      assertThatThrownBy(() -> run(config(30, 40, 2), q, q, queue.t(), wide))
          .hasMessageContaining("[30, 6]");
      assertThatThrownBy(() -> config(0, 1, 0)).hasMessageContaining("n_hard 0");
      assertThatThrownBy(() -> new Moco.Config(0)).hasMessageContaining("temperature");
    }
  }
}
