package dev.melange.papers.mixupfeaturelearning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.papers.Catalogue;
import dev.melange.papers.StudySubject;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.StudyRunner;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeatureLearningStudyTest {
  private static final long SEED = 31;

  private static TensorBatch batch() {
    return TensorBatch.of(
        Map.of(
            "image", new Rng(SEED).uniform(6, 1, 2, 2),
            "label", Tensor.of(new long[] {0, 1, 2, 0, 1, 2})));
  }

  private static double[] mixedShares(ImageTrial.Shares shares, long seed) {
    double[] target =
        ImageTrial.mix(batch(), shares, 1, 3, new Rng(seed)).get("target").toDoubles();
    double[] own = new double[6];
    long[] labels = {0, 1, 2, 0, 1, 2};
    for (int i = 0; i < 6; i++) {
      own[i] = target[3 * i + (int) labels[i]];
    }
    return own;
  }

  @Test
  void sharesOfLabelsAreWhatWasAskedFor() {
    System.out.println("seed " + SEED);
    try (Scope scope = Scope.open()) {
      assertThat(mixedShares(ImageTrial.Shares.NONE, SEED)).containsOnly(1);
      assertThat(mixedShares(ImageTrial.Shares.IMAGES_ONLY, SEED)).containsOnly(1);
      boolean everUnequal = false;
      for (long seed = 0; seed < 20; seed++) {
        Tensor image = batch().get("image");
        double x = new Rng(seed).beta(1, 1);
        double[] equal = mixedShares(ImageTrial.Shares.EQUAL, seed);
        double least = Arrays.stream(equal).min().orElseThrow();
        assertThat(least).isGreaterThanOrEqualTo(x - 1e-6);
        double[] same = mixedShares(ImageTrial.Shares.SAME_SIDE, seed);
        double share = Arrays.stream(same).min().orElseThrow();
        assertThat(x > 0.5).as("seed %d", seed).isEqualTo(share > 0.5 || share == 1);
        everUnequal |= Math.abs(share - x) > 0.05;
        assertThat(image.shape()).containsExactly(6, 1, 2, 2);
      }
      assertThat(everUnequal).isTrue();
    }
  }

  @Test
  void stoppingAtOnceIsStandardTrainingAndNeverIsMixup() {
    try (Scope scope = Scope.open()) {
      Rng rng = new Rng(SEED);
      Tensor features = FeatureNoise.features(12, rng).to(dev.melange.tensor.DType.F32);
      long[] labels = {0, 1, 0, 1};
      var choices = FeatureNoise.Choices.draw(labels, new boolean[4], 3, rng);
      Tensor patches =
          FeatureNoise.patches(
              new FeatureNoise.Config(0.5, 0.1), choices, rng.normal(4, 3, 12), features);
      Tensor w = rng.normal(2, 3, 12).mul(0.01);
      float[] never = weights(w, patches, choices.labels(), "mixup", -1);
      assertThat(weights(w, patches, choices.labels(), "mixup", 20)).isEqualTo(never);
      float[] standard = weights(w, patches, choices.labels(), "standard", -1);
      assertThat(weights(w, patches, choices.labels(), "mixup", 0)).isEqualTo(standard);
      assertThat(never).isNotEqualTo(standard);
    }
  }

  private static float[] weights(Tensor w, Tensor patches, Tensor labels, String mode, int stop) {
    var config = new FeatureLearning.Config(2, mode, 20, stop, 0.5, 0.7, 0.7);
    int[] seen = {0};
    Tensor end =
        FeatureLearning.descend(
            config,
            w,
            patches,
            labels,
            (filters, step) -> FeatureMixup.allPairs(filters, patches, labels, 0.7, 0.7),
            (step, loss, filters) -> {
              assertThat(step).isEqualTo(seen[0]++);
              assertThat(loss).isPositive();
            });
    assertThat(seen[0]).isEqualTo(20);
    return end.toFloats();
  }

  @Test
  void samplesShowTheirFeatureAndAWeakCommonOne() {
    var theory = FeatureLearningSettings.of(Scale.QUICK).theory();
    try (Scope scope = Scope.open()) {
      TheoryTrial trial = new TheoryTrial(theory, theory.alpha(), SEED);
      double[][] rare = trial.responses(0);
      double strong = 0;
      double weak = 0;
      for (double[] patch : rare) {
        strong = Math.max(strong, patch[2]);
        weak = Math.max(weak, Math.max(patch[0], patch[1]));
      }
      assertThat(strong).isCloseTo(1, within(1e-5));
      assertThat(weak).isCloseTo(theory.alpha(), within(1e-5));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "theory.samples, 7, even number of samples",
    "theory.stops, '[5000]', 'stops are steps from 0 to 1199, got 5000'",
    "images.stops, '[30]', 'stops are epochs from 1 to 29, got 30'",
    "images.alpha, 0, alpha above 0",
    "seeds, 0, 'got 0 and 3'"
  })
  void refusesImpossibleSettings(String key, String value, String message) {
    StudySubject study = Catalogue.study("mixup-feature-learning");
    assertThatThrownBy(() -> StudyRunner.settings(study, Scale.QUICK, Map.of(key, value)))
        .hasMessageContaining(message);
  }
}
