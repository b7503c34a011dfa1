package dev.melange.papers.decoupledmixup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.data.DataSets;
import dev.melange.data.image.Normalize;
import dev.melange.metric.PairedDifference;
import dev.melange.papers.Catalogue;
import dev.melange.papers.mixuppolicies.ResNetCifar;
import dev.melange.papers.mixuppolicies.SmallImages;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.StudyRunner;
import dev.melange.papers.study.Verdict;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DecoupledStudyTest {
  private static PairedDifference differences(double... values) {
    return PairedDifference.of(values, new double[values.length]);
  }

  @Test
  void holdsIfTheMeanAndMostSeedsAreAbove() {
    assertThat(DecoupledResults.better(differences(1, 0.5, -0.2))).isEqualTo(Verdict.HOLDS);
    assertThat(DecoupledResults.better(differences(3, -0.1, -0.2)))
        .isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(DecoupledResults.better(differences(1, 0.5, -2))).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(DecoupledResults.better(differences(-1, -0.5, 0.2))).isEqualTo(Verdict.FAILS);
    assertThat(DecoupledResults.better(differences(0, 0, 0))).isEqualTo(Verdict.DOES_NOT_SHOW);
  }

  @Test
  void isClearOnlyBeyondTwoStandardErrors() {
    assertThat(DecoupledResults.clearlyBetter(differences(1, 1.2, 0.9))).isEqualTo(Verdict.HOLDS);
    assertThat(DecoupledResults.clearlyBetter(differences(1, -0.5, 0.9)))
        .isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(DecoupledResults.clearlyBetter(differences(-1, -1.2, -0.9)))
        .isEqualTo(Verdict.FAILS);
    assertThat(DecoupledResults.clearlyBetter(differences(1))).isEqualTo(Verdict.DOES_NOT_SHOW);
  }

  @Test
  void matchesIfNotBelow() {
    assertThat(DecoupledResults.matches(differences(0.1, -0.1))).isEqualTo(Verdict.HOLDS);
    assertThat(DecoupledResults.matches(differences(0.1, -0.2))).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(DecoupledResults.matches(differences(-0.1, -0.2))).isEqualTo(Verdict.FAILS);
  }

  @Test
  void pushesBothClassesUp() {
    // the gradient of the decoupled term by its own logit is p / (1 - p_other) - 1
    double alone = 0.4 / 0.6;
    assertThat(DecoupledReport.push(0, 0.3)).isCloseTo(0.3 - 0.4, within(1e-9));
    assertThat(DecoupledReport.push(0.1, 0.3))
        .isCloseTo(0.3 - 0.4 + 0.1 * (1 - alone), within(1e-9));
  }

  @Test
  void attackStaysNearAndRaisesTheLoss() {
    long seed = 3;
    System.out.println("seed " + seed);
    try (Scope scope = Scope.open()) {
      ResNetCifar model =
          new ResNetCifar(
              new ResNetCifar.Config("basic", new int[] {1, 1}, 8, 1, 4, -1), new Rng(seed));
      model.startBlocksAtOne();
      model.eval();
      Normalize normalize = new Normalize(new float[] {0.4f}, new float[] {0.3f});
      Tensor pixels = new Rng(seed).uniform(16, 1, 8, 8);
      Tensor image = pixels.sub(0.4f).div(0.3f);
      Tensor label = Tensor.of(new long[16], 16);
      Tensor attacked = Robustness.attack(model, image, label, normalize);
      Tensor moved = attacked.mul(0.3).add(0.4);
      assertThat(moved.sub(pixels).abs().max().item()).isCloseTo(8 / 255.0, within(1e-5));
      assertThat(moved.max().item()).isLessThanOrEqualTo(1 + 1e-6);
      assertThat(moved.min().item()).isGreaterThanOrEqualTo(-1e-6);
      double before =
          Autograd.noGrad(() -> Losses.crossEntropy(model.forward(image), label).item());
      double after =
          Autograd.noGrad(() -> Losses.crossEntropy(model.forward(attacked), label).item());
      assertThat(after).isGreaterThan(before);
    }
  }

  @Test
  void slidersEndAtTheTwoImages() throws IOException {
    try (Scope scope = Scope.open()) {
      SmallImages images = SmallImages.load(DataSets.standard(), "digits", 8, 100, 60);
      ResNetCifar model =
          new ResNetCifar(new ResNetCifar.Config("basic", new int[] {1}, 8, 1, 10, -1), new Rng(1));
      model.eval();
      MixtureProbe probe = MixtureProbe.of(images);
      var slider = probe.slider(model);
      assertThat(slider.get("lam")).hasSize(21);
      assertThat(slider.get("top1").get(10).asDouble())
          .isGreaterThanOrEqualTo(slider.get("top2").get(10).asDouble());
      assertThat(probe.bothFound(model)).isBetween(0.0, 100.0);
    }
  }

  @Test
  void labelsAreSpreadOverTheClasses() throws IOException {
    try (Scope scope = Scope.open()) {
      SmallImages images = SmallImages.load(DataSets.standard(), "digits", 8, 600, 10);
      SemiSupervised.Split split = SemiSupervised.Split.of(images, 50);
      assertThat(split.label().oneHot(10).sum(0).toLongs()).containsOnly(5);
      assertThat(split.unlabelled().size(0)).isEqualTo(550);
    }
  }

  @Test
  void everyScaleHasSettings() {
    for (Scale scale : Scale.values()) {
      DecoupledStudy.Settings settings =
          (DecoupledStudy.Settings) new DecoupledStudy().settings(scale);
      assertThat(DecoupledStudy.variants(settings)).hasSize(5);
      assertThat(DecoupledStudy.repetitions(settings, DecoupledStudy.PUZZLE))
          .doesNotContain(0)
          .hasSize(settings.fresh_seeds());
    }
  }

  @Test
  void refusesImpossibleSettings() {
    assertThatThrownBy(
            () ->
                StudyRunner.settings(
                    Catalogue.study("decoupled-mixup"), Scale.SMOKE, Map.of("mixing", "cutmx:1")))
        .hasMessageContaining("did you mean 'cutmix'?");
    assertThatThrownBy(
            () ->
                StudyRunner.settings(
                    Catalogue.study("decoupled-mixup"), Scale.SMOKE, Map.of("seeds", "0")))
        .hasMessageContaining("got 6, 0, 1");
  }
}
