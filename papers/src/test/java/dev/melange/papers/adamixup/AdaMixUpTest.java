package dev.melange.papers.adamixup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.nn.Layer;
import dev.melange.papers.Catalogue;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdaMixUpTest {
  private static final long SEED = 5;

  private static AdaMixUp.Config small(int fold) {
    return new AdaMixUp.Config(2, new int[] {8, 4}, 4, 9, 3, 6, fold);
  }

  @ParameterizedTest
  @CsvSource({"adamixup_mnist, 1724669", "preact_resnet18_cifar, 11171146"})
  void hasThePublishedNumberOfParameters(String name, long parameters) {
    try (Layer model = Catalogue.model(name).create(new Rng(SEED))) {
      assertThat(model.parameterCount()).isEqualTo(parameters);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void weightsLieInTheLearnedIntervalsAndSumToOne(int fold) {
    Rng rng = new Rng(SEED);
    try (AdaMixUp model = new AdaMixUp(small(fold), rng);
        Scope scope = Scope.open()) {
      model.eval();
      Tensor image = rng.uniform(6, 2, 8, 4);
      AdaMixUpDraws draws = AdaMixUpDraws.draw(image, fold, rng);
      Tensor half = image.narrow(0, 0, 3);
      List<Tensor> images = draws.noise().stream().map(noise -> half).toList();
      PolicyGenerator.Mixture mixture = model.policy().mix(images, draws.noise(), draws.u(), null);
      Tensor region = mixture.region();
      assertThat(region.shape()).containsExactly(3, fold - 1, 3);
      assertThat(mixture.weights().sum(1).sub(1).abs().max().item()).isLessThan(1e-6);
      Tensor first = mixture.weights().select(1, 0);
      Tensor low = region.select(1, 0).select(1, 0);
      assertThat(first.sub(low).min().item()).isGreaterThanOrEqualTo(-1e-6);
      Tensor high = low.add(region.select(1, 0).select(1, 1));
      assertThat(high.sub(first).min().item()).isGreaterThanOrEqualTo(-1e-6);
      // mixtures of an image with itself
      assertThat(mixture.image().sub(half).abs().max().item()).isLessThan(1e-5);
    }
  }

  @Test
  void noiseIsCutAndOrdersArePermutations() {
    Rng rng = new Rng(SEED);
    try (Scope scope = Scope.open()) {
      AdaMixUpDraws draws = AdaMixUpDraws.draw(rng.uniform(8, 2, 8, 4), 3, rng);
      assertThat(draws.noise()).hasSize(3);
      for (Tensor noise : draws.noise()) {
        assertThat(noise.shape()).containsExactly(4, 2, 8, 4);
        assertThat(noise.abs().max().item()).isBetween(1.0, 2.0);
      }
      assertThat(draws.index().shape()).containsExactly(2, 8);
      for (Tensor order : draws.index().unbind(0)) {
        assertThat(order.sort(0, false).values().sub(Tensor.arange(8)).abs().max().item()).isZero();
      }
    }
  }

  @Test
  void intrusionLossReachesTheGenerator() {
    Rng rng = new Rng(SEED);
    try (AdaMixUp model = new AdaMixUp(small(2), rng);
        Scope scope = Scope.open()) {
      model.eval();
      Tensor image = rng.uniform(6, 2, 8, 4);
      AdaMixUpDraws draws = AdaMixUpDraws.draw(image, 2, rng);
      Tensor labels = Tensor.of(new long[] {0, 1, 2, 0, 1, 2}, 6);
      AdaMixUp.Losses losses = model.losses(image, labels, draws);
      losses.intrusion().backward();
      assertThat(model.parameters().get("policy.gate_linear2.bias").grad().abs().max().item())
          .isPositive();
      double sum = losses.mix().item() + losses.intrusion().item() + losses.decay().item();
      assertThat(losses.total().item()).isCloseTo(sum, org.assertj.core.data.Offset.offset(1e-5));
    }
  }

  @Test
  void dropoutIsDrawnInTrainingAlone() {
    Rng rng = new Rng(SEED);
    try (AdaMixUp model = new AdaMixUp(small(2), rng);
        Scope scope = Scope.open()) {
      Tensor image = rng.uniform(4, 2, 8, 4);
      model.eval();
      Tensor still = model.features(image);
      assertThat(still.sub(model.features(image)).abs().max().item()).isZero();
      model.train();
      Tensor drawn = new Rng(SEED).run(() -> model.features(image));
      Tensor kept = drawn.ne(0).to(drawn.dtype());
      assertThat(drawn.sub(still.mul(kept).mul(2)).abs().max().item()).isLessThan(1e-6);
      assertThat(drawn.sub(still).abs().max().item()).isPositive();
    }
  }

  @Test
  void refusesOddBatchesOtherSizesAndWrongTuples() {
    Rng rng = new Rng(SEED);
    try (AdaMixUp model = new AdaMixUp(small(2), rng);
        Scope scope = Scope.open()) {
      Tensor image = rng.uniform(6, 2, 8, 4);
      AdaMixUpDraws draws = AdaMixUpDraws.draw(image, 2, rng);
      Tensor labels = Tensor.of(new long[] {0, 1, 2, 0, 1}, 5);
      assertThatThrownBy(() -> model.losses(image.narrow(0, 0, 5), labels, draws))
          .hasMessageContaining("even number of images, got 5");
      assertThatThrownBy(() -> model.features(rng.uniform(1, 2, 8, 8)))
          .hasMessageContaining("[N, 2, 8, 4], got [1, 2, 8, 8]");
      assertThatThrownBy(() -> model.policy().mix(List.of(image), List.of(image), draws.u(), null))
          .hasMessageContaining("expects 2 images");
      assertThatThrownBy(() -> new AdaMixUp.Config(1, new int[] {8, 10}, 4, 9, 3, 6, 2))
          .hasMessageContaining("multiples of 4, got [8, 10]");
    }
  }

  @Test
  void resNetTakesOtherImagesAndClasses() {
    Rng rng = new Rng(SEED);
    PreActResNet.Config config =
        new PreActResNet.Config(3, new int[] {1, 1}, 4, 5).forImages(1, 12, 20, 7);
    try (PreActResNet model = new PreActResNet(config, rng);
        Scope scope = Scope.open()) {
      model.eval();
      assertThat(model.forward(rng.uniform(2, 1, 12, 20)).shape()).containsExactly(2, 7);
      model.resetClassifier(3, rng);
      assertThat(model.forward(rng.uniform(2, 1, 12, 20)).shape()).containsExactly(2, 3);
      assertThatThrownBy(() -> model.forward(rng.uniform(2, 3, 12, 20)))
          .hasMessageContaining("expects images of 1 channels");
    }
  }
}
