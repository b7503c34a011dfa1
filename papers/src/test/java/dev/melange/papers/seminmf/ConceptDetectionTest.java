package dev.melange.papers.seminmf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ConceptDetectionTest {
  @Test
  void ignoresHiddenTokens() {
    try (Scope scope = Scope.open()) {
      Tensor direction = Tensor.of(new double[] {2, 0});
      Tensor activations = Tensor.of(new double[] {5, 0, 0, 1, 3, 4, -1, 0}, 2, 2, 2);
      Tensor mask = Tensor.of(new long[] {0, 1, 1, 1}, 2, 2);
      double[] scores = ConceptDetection.scores(direction, activations, mask).toDoubles();
      assertThat(scores).containsExactly(new double[] {0, 0.6}, within(1e-12));
      Tensor blind = Tensor.of(new long[] {1, 1, 0, 0}, 2, 2);
      assertThatThrownBy(() -> ConceptDetection.scores(direction, activations, blind))
          .hasMessageContaining("sentence 1");
    }
  }

  @Test
  void differenceOfMeansPointsToTheConcept() {
    try (Scope scope = Scope.open()) {
      Tensor positive = Tensor.of(new double[] {4, 1, 2, 1}, 2, 2);
      Tensor negative = Tensor.of(new double[] {1, 1}, 1, 2);
      double[] direction = DiffMean.direction(positive, negative).toDoubles();
      assertThat(direction).containsExactly(new double[] {1, 0}, within(1e-7));
      assertThatThrownBy(() -> DiffMean.direction(positive, negative.reshape(2, 1)))
          .hasMessageContaining("[2, 1]");
    }
  }

  @Test
  void similarityIsThatOfItsName() {
    try (Scope scope = Scope.open()) {
      Tensor a = Tensor.of(new double[] {1, 2, 3, 4});
      Tensor b = Tensor.of(new double[] {3, 5, 7, 9});
      var none = Similarity.Scaling.NONE;
      assertThat(Similarity.CORR.of(a, b, none).item()).isCloseTo(1, within(1e-7));
      assertThat(Similarity.MSE.of(a, b, none).item()).isEqualTo((4 + 9 + 16 + 25) / 4.0);
      assertThat(Similarity.R2.of(a, b, Similarity.Scaling.MINMAX).item())
          .isCloseTo(1, within(1e-7));
      assertThat(Similarity.COSINE.of(a, a.neg(), none).item()).isCloseTo(-1, within(1e-12));
      assertThatThrownBy(() -> Similarity.MSE.of(a, b.narrow(0, 0, 2), none))
          .hasMessageContaining("[2]");
    }
  }
}
