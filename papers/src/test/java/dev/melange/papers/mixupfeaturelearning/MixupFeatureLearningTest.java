package dev.melange.papers.mixupfeaturelearning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.component.Inputs;
import dev.melange.papers.Catalogue;
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

/** Properties; values are checked by golden files. */
class MixupFeatureLearningTest {
  private static final long SEED = 23;
  private static final int N = 6;
  private static final int PATCHES = 4;
  private static final int D = 9;

  private Scope scope;
  private Tensor w;
  private Tensor features;
  private Tensor patches;
  private Tensor labels;
  private FeatureNoise.Choices choices;

  @BeforeEach
  void draw() {
    scope = Scope.open();
    Rng rng = new Rng(SEED);
    w = normal(rng, 2, 3, D);
    features = FeatureNoise.features(D, rng);
    choices =
        FeatureNoise.Choices.draw(
            new long[] {0, 1, 0, 1, 0, 1},
            new boolean[] {true, true, false, false, false, false},
            PATCHES,
            rng);
    labels = choices.labels();
    patches =
        FeatureNoise.patches(
            new FeatureNoise.Config(0.5, 0.3), choices, normal(rng, N, PATCHES, D), features);
  }

  @AfterEach
  void free() {
    scope.close();
  }

  private static Tensor normal(Rng rng, long... shape) {
    return rng.normal_(Tensor.zeros(shape).to(DType.F64), 0, 1);
  }

  private static double distance(Tensor a, Tensor b) {
    return a.sub(b).abs().max().item();
  }

  @ParameterizedTest
  @CsvSource({"2, 5, 500, 5000", "10, 3, 27, 810"})
  void hasAFilterOfAPatchForEachClassAndNumber(int classes, int filters, int dim, long count) {
    try (var model = new QuadraticCnn(new QuadraticCnn.Config(classes, filters, dim), new Rng(1))) {
      assertThat(model.parameterCount()).isEqualTo(count);
    }
  }

  @Test
  void logitsAreSumsOfSquaresOfSingleResponses() {
    double[] logits = QuadraticCnn.logits(w, patches).toDoubles();
    for (int n = 0; n < N; n++) {
      for (int k = 0; k < 2; k++) {
        double sum = 0;
        for (int r = 0; r < 3; r++) {
          for (int p = 0; p < PATCHES; p++) {
            double response = w.get(k).get(r).mul(patches.get(n).get(p)).sum().item();
            sum += response * response;
          }
        }
        assertThat(logits[2 * n + k]).as("seed %d", SEED).isCloseTo(sum, within(1e-10));
      }
    }
  }

  @Test
  void samplesHaveOneFeatureOneWeakFeatureAndOrthogonalNoise() {
    assertThat(distance(features.matmul(features.t()), Tensor.eye(4, DType.F64))).isLessThan(1e-12);
    double[] along = patches.matmul(features.t()).toDoubles(); // [n, P, 4]
    for (int n = 0; n < N; n++) {
      for (int p = 0; p < PATCHES; p++) {
        double[] expected = new double[4];
        if (p == (int) choices.featurePatch().get(n).itemLong()) {
          expected[(int) (labels.get(n).itemLong() + 2 * choices.rare().get(n).itemLong())] = 1;
        } else if (p == (int) choices.noisePatch().get(n).itemLong()) {
          expected[(int) choices.noiseSide().get(n).itemLong()] = 0.5;
        }
        for (int f = 0; f < 4; f++) {
          assertThat(along[(n * PATCHES + p) * 4 + f])
              .as("sample %d, patch %d, seed %d", n, p, SEED)
              .isCloseTo(expected[f], within(1e-12));
        }
      }
    }
  }

  @Test
  void featureAndNoiseMustBeInDifferentPatches() {
    var same =
        new FeatureNoise.Choices(
            labels,
            choices.rare(),
            choices.featurePatch(),
            choices.featurePatch(),
            choices.noiseSide());
    Tensor noise = Tensor.zeros(N, PATCHES, D).to(DType.F64);
    var config = new FeatureNoise.Config(0.5, 0.1);
    assertThatThrownBy(() -> FeatureNoise.patches(config, same, noise, features))
        .hasMessageContaining("must differ");
    assertThatThrownBy(() -> FeatureNoise.patches(config, choices, noise, features.t()))
        .hasMessageContaining("features must be [4, 9]");
  }

  @ParameterizedTest
  @CsvSource({"0.7, 0.7", "0.7, 0.9", "1, 0.4", "0.2, 1"})
  void allPairsAreTheMeanOverAllRotations(double lamX, double lamY) {
    Tensor leaf = w.copy().requiresGrad_(true);
    Tensor all = FeatureMixup.allPairs(leaf, patches, labels, lamX, lamY);
    Tensor sum = Tensor.scalar(0, DType.F64);
    for (int shift = 0; shift < N; shift++) {
      Tensor index = Tensor.arange(N).add((long) shift).remainder((long) N);
      sum = sum.add(FeatureMixup.pairs(leaf, patches, labels, index, lamX, lamY));
    }
    Tensor mean = sum.div((double) N);
    assertThat(all.item()).as("seed %d", SEED).isCloseTo(mean.item(), within(1e-10));
    assertThat(distance(Autograd.grad(all, leaf)[0], Autograd.grad(mean, leaf)[0]))
        .isLessThan(1e-10);
  }

  @Test
  void withoutSharesOfOthersMixupIsStandardTraining() {
    double standard = FeatureMixup.standard(w, patches, labels).item();
    assertThat(FeatureMixup.allPairs(w, patches, labels, 1, 1).item())
        .isCloseTo(standard, within(1e-10));
    var stopped = new FeatureLearning.Config(2, "mixup", 5, 0, 0.01, 0.7, 0.7);
    var plain = new FeatureLearning.Config(2, "standard", 5, -1, 0.01, 0.7, 0.7);
    Tensor a = FeatureLearning.train(stopped, w, patches, labels, features).w();
    Tensor b = FeatureLearning.train(plain, w, patches, labels, features).w();
    assertThat(a.toDoubles()).containsExactly(b.toDoubles());
  }

  @Test
  void stoppingEarlyChangesOnlyTheStepsAfterIt() {
    Tensor small = w.mul(0.1);
    double[] before = small.toDoubles();
    var mixup = new FeatureLearning.Config(2, "mixup", 8, -1, 0.1, 0.7, 0.9);
    var early = new FeatureLearning.Config(2, "mixup", 8, 3, 0.1, 0.7, 0.9);
    var a = FeatureLearning.train(mixup, small, patches, labels, features);
    // also where nothing is recorded
    var b =
        Autograd.noGrad(
            () -> FeatureLearning.train(early, small, patches, labels, features).loss());
    assertThat(b.slice(0, 0, 3).toDoubles()).containsExactly(a.loss().slice(0, 0, 3).toDoubles());
    assertThat(b.get(3).item()).isNotEqualTo(a.loss().get(3).item());
    assertThat(small.toDoubles()).as("the initial filters stay").containsExactly(before);
    assertThat(distance(a.strength().get(7), FeatureLearning.strength(a.w(), features))).isZero();
  }

  @Test
  void sharesOfLabelsAreReflectedToTheSideOfTheImages() {
    Tensor image = normal(new Rng(SEED), 4, 2, 3);
    Tensor classes = Tensor.of(new long[] {0, 1, 2, 0}, 4);
    Tensor index = Tensor.of(new long[] {1, 0, 3, 2}, 4);
    Tensor lamX = Tensor.of(new double[] {0.8, 0.2, 0.9, 0.5}, 4);
    Tensor lamY = Tensor.of(new double[] {0.3, 0.6, 0.7, 0.1}, 4);
    var same =
        AsymmetricMixup.mix(new AsymmetricMixup.Config(3, true), image, classes, index, lamX, lamY);
    assertThat(same.lamY().toDoubles())
        .containsExactly(new double[] {0.7, 0.4, 0.7, 0.1}, within(1e-15));
    assertThat(same.target().sum(1).toDoubles())
        .containsExactly(new double[] {1, 1, 1, 1}, within(1e-15));
    var drawn =
        AsymmetricMixup.mix(
            new AsymmetricMixup.Config(3, false), image, classes, index, lamX, lamY);
    assertThat(drawn.lamY().toDoubles()).containsExactly(lamY.toDoubles());
    assertThat(drawn.image().toDoubles()).containsExactly(same.image().toDoubles());
  }

  @Test
  void scalarSharesAreThoseOfAllSamples() {
    Tensor image = normal(new Rng(SEED), 3, 2);
    Tensor classes = Tensor.of(new long[] {0, 1, 1}, 3);
    Tensor index = Tensor.of(new long[] {2, 0, 1}, 3);
    var config = new AsymmetricMixup.Config(2, true);
    Tensor x = Tensor.scalar(0.3, DType.F64);
    Tensor y = Tensor.scalar(0.9, DType.F64);
    var scalar = AsymmetricMixup.mix(config, image, classes, index, x, y);
    var each = AsymmetricMixup.mix(config, image, classes, index, x.expand(3), y.expand(3));
    assertThat(scalar.target().toDoubles()).containsExactly(each.target().toDoubles());
    assertThat(scalar.lamY().dim()).isZero();
    assertThatThrownBy(() -> AsymmetricMixup.mix(config, image, classes, index, x.expand(2), y))
        .hasMessageContaining("lam_x must be a scalar or [3], got [2]");
  }

  @Test
  void lossesTakeTheSizeOfTheWeightsGiven() throws Exception {
    var json = new ObjectMapper().readTree("{\"num_classes\": 2, \"mode\": \"standard\"}");
    var component = Catalogue.components().get("loss/feature-mixup");
    try (var layer = component.build(json, Map.of("w", w), new Rng(SEED)).layer()) {
      assertThat(layer.parameterCount()).isEqualTo(2 * 3 * D);
    }
    assertThatThrownBy(() -> component.build(json, new Rng(SEED)))
        .hasMessageContaining("expected the filters as weight w [K, m, d]");
    var pairs = new ObjectMapper().readTree("{\"num_classes\": 2, \"mode\": \"pairs\"}");
    var built = component.build(pairs, Map.of("w", w), new Rng(SEED));
    try (var layer = built.layer()) {
      layer.to(DType.F64);
      var inputs = new Inputs(Map.of("patches", patches, "labels", labels), false);
      assertThatThrownBy(() -> built.run(inputs)).hasMessageContaining("input index");
    }
  }
}
