package dev.melange.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ClassificationTest {
  private static final double[] LOGITS = {
    2.0, 0.5, -1.0, 0.1, 0.2, 0.3, -3.0, 4.0, 1.0, 1.0, 1.0, 0.0
  };
  private static final long[] LABELS = {0, 0, 1, 1};

  @Test
  void accuracyCountsLabelsAmongTheHighestScores() {
    // Ranks of the labels by hand: 1, 3, 1, 2 (the tie goes to class 0).
    assertThat(Classification.accuracy(LOGITS, 3, LABELS, 1)).isEqualTo(0.5);
    assertThat(Classification.accuracy(LOGITS, 3, LABELS, 2)).isEqualTo(0.75);
    assertThat(Classification.accuracy(LOGITS, 3, LABELS, 3)).isEqualTo(1);
    assertThat(Classification.accuracy(LOGITS, 3, LABELS, 99)).isEqualTo(1);
    assertThat(Classification.accuracy(new float[] {1, 2}, 2, new long[] {1}, 1)).isEqualTo(1);
  }

  @Test
  void topOneAccuracyAgreesWithArgmaxAndConfusionMatrix() {
    RandomData random = new RandomData();
    double[] scores = random.whole(200 * 5, 4);
    long[] labels = random.classes(200, 5);
    long[] predicted = Classification.argmax(scores, 5);
    assertThat(Classification.accuracy(scores, 5, labels, 1))
        .isEqualTo(ConfusionMatrix.of(labels, predicted, 5).accuracy());
  }

  @Test
  void accuracyGrowsWithK() {
    RandomData random = new RandomData();
    double[] scores = random.normal(100 * 6);
    long[] labels = random.classes(100, 6);
    double last = 0;
    for (int k = 1; k <= 6; k++) {
      double accuracy = Classification.accuracy(scores, 6, labels, k);
      assertThat(accuracy).isGreaterThanOrEqualTo(last);
      last = accuracy;
    }
    assertThat(last).isEqualTo(1);
  }

  @Test
  void likelihoodAndBrierMatchPyTorch() {
    // torch.nn.functional.cross_entropy in float64, and ((softmax - onehot)**2).sum(1).mean().
    assertThat(Classification.negativeLogLikelihood(LOGITS, 3, LABELS))
        .isCloseTo(0.5886761396600745, within(1e-14));
    double[] p = Classification.softmax(LOGITS, 3);
    assertThat(p[0]).isCloseTo(0.7855970345892759, within(1e-14));
    assertThat(Classification.brier(p, 3, LABELS)).isCloseTo(0.3383341351306357, within(1e-14));
  }

  @Test
  void likelihoodSurvivesHugeLogits() {
    assertThat(Classification.negativeLogLikelihood(new double[] {1e5, 0}, 2, new long[] {1}))
        .isEqualTo(1e5);
    assertThat(Classification.negativeLogLikelihood(new float[] {1e5f, 0}, 2, new long[] {0}))
        .isZero();
  }

  @Test
  void likelihoodAndBrierMatchTheCalibrationReference() {
    GoldenFile golden = GoldenFile.read("calibration.bins15");
    double[] probabilities = golden.doubles("input/probs");
    long[] labels = golden.longs("input/labels");
    assertThat(Classification.brier(probabilities, 4, labels))
        .isCloseTo(golden.scalar("output/brier"), within(1e-12));
    double[] logits = Arrays.stream(probabilities).map(Math::log).toArray();
    assertThat(Classification.negativeLogLikelihood(logits, 4, labels))
        .isCloseTo(golden.scalar("output/nll"), within(1e-12));
  }

  @Test
  void confusionMatrixCountsPairs() {
    // By hand: truth 0,0,1,1,1,2 predicted 0,1,1,1,0,1.
    var matrix =
        ConfusionMatrix.of(new long[] {0, 0, 1, 1, 1, 2}, new long[] {0, 1, 1, 1, 0, 1}, 3);
    assertThat(matrix.counts()).isDeepEqualTo(new long[][] {{1, 1, 0}, {1, 2, 0}, {0, 1, 0}});
    assertThat(matrix.count(2, 1)).isEqualTo(1);
    assertThat(matrix.accuracy()).isEqualTo(0.5);
    assertThat(matrix.precision(1)).isEqualTo(0.5);
    assertThat(matrix.recall(1)).isCloseTo(2.0 / 3, within(1e-15));
    assertThat(matrix.f1(1)).isCloseTo(4.0 / 7, within(1e-15));
    assertThat(matrix.precision(2)).isZero();
    assertThat(matrix.macroF1()).isCloseTo((0.5 + 4.0 / 7 + 0) / 3, within(1e-15));
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> Classification.accuracy(new double[5], 3, new long[2], 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("scores has 5 values, expected 2 labels x 3 classes = 6");
    assertThatThrownBy(() -> Classification.accuracy(new double[6], 3, new long[] {0, 3}, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("labels[1] is 3, expected a class in [0, 3)");
    assertThatThrownBy(() -> Classification.accuracy(new double[0], 3, new long[0], 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("labels is empty");
    assertThatThrownBy(() -> Classification.accuracy(new double[2], 2, new long[1], 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("k is 0");
    assertThatThrownBy(
            () -> Classification.accuracy(new double[] {0, Double.NaN}, 2, new long[1], 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("scores[1] is NaN");
    assertThatThrownBy(() -> Classification.brier(new double[] {0.9, 0.9}, 2, new long[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sums to 1.8");
    assertThatThrownBy(() -> ConfusionMatrix.of(new long[] {0}, new long[] {-1}, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("predictions[0] is -1");
  }
}
