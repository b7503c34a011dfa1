package dev.melange.papers.hardnegativemixing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.papers.Catalogue;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import org.junit.jupiter.api.Test;

class EmbeddingsTest {
  private static final long SEED = 6;

  @Test
  void newKeysTakeThePlacesOfTheOldestAndGoOnAtTheStart() {
    try (Scope scope = Scope.open()) {
      Tensor queue = Tensor.zeros(1, 5);
      long pointer = MocoUpdate.enqueue(queue, 0, Tensor.of(new float[] {1, 2, 3}, 3, 1));
      assertThat(pointer).isEqualTo(3);
      pointer = MocoUpdate.enqueue(queue, pointer, Tensor.of(new float[] {4, 5, 6}, 3, 1));
      assertThat(pointer).isEqualTo(1);
      assertThat(queue.toDoubles()).containsExactly(6, 2, 3, 4, 5);
      assertThatThrownBy(() -> MocoUpdate.enqueue(queue, 5, Tensor.zeros(1, 1)))
          .hasMessageContaining("0 to 4, got 5");
      assertThatThrownBy(() -> MocoUpdate.enqueue(queue, 0, Tensor.zeros(6, 1)))
          .hasMessageContaining("[6, 1]");
    }
  }

  @Test
  void theKeyEncoderFollowsInItsParametersOnly() {
    try (MocoEncoder query = encoder(SEED);
        MocoEncoder key = encoder(SEED + 1);
        Scope scope = Scope.open()) {
      String name = "encoder_q.layer2.0.conv1.weight";
      Tensor before = key.parameters().get(name).detach().copy();
      Tensor target = query.parameters().get(name).detach();
      String mean = "encoder_q.bn1.running_mean";
      query.buffers().get(mean).fill_(3);
      MocoUpdate.encoder(new MocoUpdate.Config(0.75), query, key);
      Tensor expected = before.mul(0.75).add(target.mul(0.25));
      assertThat(key.parameters().get(name).detach().sub(expected).abs().max().item())
          .isLessThan(1e-7);
      assertThat(key.buffers().get(mean).abs().max().item()).isZero();
      assertThatThrownBy(() -> new MocoUpdate.Config(1.5)).hasMessageContaining("1.5");
    }
  }

  @Test
  void figuresOfEmbeddingsThatAreKnownByHand() {
    try (Scope scope = Scope.open()) {
      // two images at a right angle, a third opposite to the first; other views are the same
      Tensor x = Tensor.of(new double[] {2, 0, 0, 5, -1, 0}, 3, 2);
      Tensor queue = Tensor.of(new double[] {0, 1, -1, 0}, 2, 2);
      ContrastiveMetrics figures =
          ContrastiveMetrics.of(
              new ContrastiveMetrics.Config(1, 3, 1, 0.5),
              x,
              x,
              Tensor.of(new long[] {0, 1, 0}),
              queue,
              Tensor.of(new long[] {1, 0}));
      assertThat(figures.alignment()).isZero();
      assertThat(figures.uniformity())
          .isCloseTo(Math.log((2 * Math.exp(-2) + Math.exp(-4)) / 3), within(1e-12));
      assertThat(figures.classAlignment()).isCloseTo(4, within(1e-12));
      assertThat(figures.proxyAccuracy()).isEqualTo(1);
      assertThat(figures.topNegativeProbabilities().shape()).containsExactly(1);
    }
  }

  @Test
  void alignmentIsThePowerOfTheDistance() {
    try (Scope scope = Scope.open()) {
      Tensor x = Tensor.of(new double[] {1, 0}, 1, 2);
      Tensor y = Tensor.of(new double[] {-1, 0}, 1, 2);
      Tensor label = Tensor.of(new long[] {0});
      ContrastiveMetrics figures =
          ContrastiveMetrics.of(
              new ContrastiveMetrics.Config(2, 3, 1, 0.2), x, y, label, x.t(), label);
      assertThat(figures.alignment()).isCloseTo(8, within(1e-12));
      assertThat(figures.proxyAccuracy()).isZero();
      assertThat(figures.falseNegativeShare()).isEqualTo(1);
      assertThat(figures.uniformity()).isNaN();
      assertThat(figures.classAlignment()).isNaN();
      assertThatThrownBy(
              () ->
                  ContrastiveMetrics.of(
                      new ContrastiveMetrics.Config(2, 2, 2, 0.2), x, y, label, x.t(), label))
          .hasMessageContaining("top is 2");
    }
  }

  @Test
  void neighboursVoteWithTheirSimilarity() {
    try (Scope scope = Scope.open()) {
      Tensor bank = Tensor.of(new double[] {3, 0, 0, 1, 1, 1, -1, 0}, 4, 2);
      Tensor labels = Tensor.of(new long[] {2, 1, 1, 0});
      Tensor x = Tensor.of(new double[] {7, 0}, 1, 2);
      KnnClassifier.Config config = new KnnClassifier.Config(3, 0.5, 4);
      double[] scores = KnnClassifier.scores(config, x, bank, labels).toDoubles();
      assertThat(scores)
          .containsExactly(
              new double[] {0, Math.exp(Math.sqrt(2)) + 1, Math.exp(2), 0}, within(1e-12));
      assertThatThrownBy(
              () -> KnnClassifier.scores(new KnnClassifier.Config(5, 0.5, 4), x, bank, labels))
          .hasMessageContaining("4 entries");
      assertThatThrownBy(
              () -> KnnClassifier.scores(new KnnClassifier.Config(3, 0.5, 2), x, bank, labels))
          .hasMessageContaining("0 to 1");
    }
  }

  private static MocoEncoder encoder(long seed) {
    return (MocoEncoder) Catalogue.model("moco_resnet_tiny_cifar").create(new Rng(seed));
  }
}
