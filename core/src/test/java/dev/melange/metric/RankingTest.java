package dev.melange.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class RankingTest {
  private static final double[] LABELS = {1, 0, 1, 1, 0, 0, 1, 0};
  private static final double[] SCORES = {.9, .8, .8, .7, .6, .3, .3, .1};

  @Test
  void aucCountsTiesOneHalf() {
    // Counted by hand over the 16 pairs, and scipy.stats.mannwhitneyu / 16.
    assertThat(BinaryRanking.auc(LABELS, SCORES)).isEqualTo(0.75);
    assertThat(BinaryRanking.auc(LABELS, new double[8])).isEqualTo(0.5);
    assertThat(BinaryRanking.auc(new float[] {0, 1}, new float[] {-1, 1})).isEqualTo(1);
    assertThat(BinaryRanking.auc(new double[] {1, 0}, new double[] {-0.0, 0.0})).isEqualTo(0.5);
  }

  @RepeatedTest(20)
  void aucIsTheShareOfPairsWon() {
    RandomData random = new RandomData();
    double[] labels = random.labels(60);
    double[] scores = random.whole(60, 15);
    double won = 0;
    double pairs = 0;
    for (int i = 0; i < 60; i++) {
      for (int j = 0; j < 60; j++) {
        if (labels[i] == 1 && labels[j] == 0) {
          pairs++;
          won += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
        }
      }
    }
    assertThat(BinaryRanking.auc(labels, scores)).isEqualTo(won / pairs);
  }

  @RepeatedTest(20)
  void aucDependsOnTheOrderOnly() {
    RandomData random = new RandomData();
    double[] labels = random.labels(80);
    double[] scores = random.whole(80, 12);
    double auc = BinaryRanking.auc(labels, scores);
    assertThat(BinaryRanking.auc(labels, map(scores, s -> Math.exp(s / 3) - 7))).isEqualTo(auc);
    assertThat(BinaryRanking.auc(labels, map(scores, s -> -s))).isCloseTo(1 - auc, within(1e-15));
    assertThat(BinaryRanking.auc(map(labels, y -> 1 - y), scores))
        .isCloseTo(1 - auc, within(1e-15));
  }

  @RepeatedTest(20)
  void areaUnderTheRocCurveIsTheAuc() {
    RandomData random = new RandomData();
    double[] labels = random.labels(70);
    double[] scores = random.whole(70, 20);
    List<BinaryRanking.RocPoint> curve = BinaryRanking.rocCurve(labels, scores);
    double area = 0;
    for (int i = 1; i < curve.size(); i++) {
      var a = curve.get(i - 1);
      var b = curve.get(i);
      assertThat(b.threshold()).isLessThan(a.threshold());
      assertThat(b.truePositiveRate()).isGreaterThanOrEqualTo(a.truePositiveRate());
      area +=
          (b.falsePositiveRate() - a.falsePositiveRate())
              * (a.truePositiveRate() + b.truePositiveRate())
              / 2;
    }
    assertThat(area).isCloseTo(BinaryRanking.auc(labels, scores), within(1e-12));
  }

  @Test
  void rocCurveHasOnePointPerDistinctScore() {
    assertThat(BinaryRanking.rocCurve(LABELS, SCORES))
        .containsExactly(
            new BinaryRanking.RocPoint(Double.POSITIVE_INFINITY, 0, 0),
            new BinaryRanking.RocPoint(.9, 0, .25),
            new BinaryRanking.RocPoint(.8, .25, .5),
            new BinaryRanking.RocPoint(.7, .25, .75),
            new BinaryRanking.RocPoint(.6, .5, .75),
            new BinaryRanking.RocPoint(.3, .75, 1),
            new BinaryRanking.RocPoint(.1, 1, 1));
  }

  @Test
  void logLossClipsAtTheMachineEpsilonOfItsType() {
    // -mean of log terms by Python's math.log; then -log(numpy.finfo(dtype).eps).
    assertThat(BinaryRanking.logLoss(LABELS, SCORES)).isCloseTo(0.6096144898926898, within(1e-14));
    assertThat(BinaryRanking.logLoss(new double[] {1}, new double[] {0}))
        .isCloseTo(36.04365338911715, within(1e-12));
    assertThat(BinaryRanking.logLoss(new float[] {1}, new float[] {0}))
        .isCloseTo(15.942385152878742, within(1e-12));
    assertThat(BinaryRanking.logLoss(new float[] {0}, new float[] {1}))
        .isCloseTo(15.942385152878742, within(1e-12));
  }

  @Test
  void matchesTheReferenceOfClickMetrics() {
    GoldenFile golden = GoldenFile.read("ctr-metrics.a");
    double[] labels = golden.doubles("input/label");
    double[] scores = golden.doubles("input/score");
    var grouped = GroupedRanking.of(labels, scores, golden.longs("input/group"));
    assertThat(BinaryRanking.auc(labels, scores)).isCloseTo(golden.scalar("output/AUC"), TOLERANCE);
    assertThat(BinaryRanking.logLoss(labels, scores))
        .isCloseTo(golden.scalar("output/logloss"), TOLERANCE);
    assertThat(grouped.gAuc()).isCloseTo(golden.scalar("output/gAUC"), TOLERANCE);
    assertThat(grouped.avgAuc()).isCloseTo(golden.scalar("output/avgAUC"), TOLERANCE);
    assertThat(grouped.mrr()).isCloseTo(golden.scalar("output/MRR"), TOLERANCE);
    assertThat(grouped.ndcg(1)).isCloseTo(golden.scalar("output/NDCG@1"), TOLERANCE);
    assertThat(grouped.ndcg(3)).isCloseTo(golden.scalar("output/NDCG@3"), TOLERANCE);
  }

  @Test
  void groupsWithOneClassCountForMrrAndNdcgOnly() {
    double[] labels = {1, 0, 0, 0, 1, 1};
    double[] scores = {.9, .1, .5, .4, .3, .2};
    var grouped = GroupedRanking.of(labels, scores, new long[] {1, 1, 2, 2, 3, 3});
    assertThat(grouped.groups()).isEqualTo(3);
    assertThat(grouped.gAuc()).isEqualTo(1);
    // Groups: 1/1; 0; (1/1 + 1/2)/2.
    assertThat(grouped.mrr()).isCloseTo((1 + 0 + 0.75) / 3, within(1e-11));
    assertThat(grouped.ndcg(2)).isCloseTo(2.0 / 3, within(1e-11));
  }

  @Test
  void refusesOneClassNanAndForeignLabels() {
    assertThatThrownBy(() -> BinaryRanking.auc(new double[] {1, 1}, new double[] {.1, .2}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("AUC and ROC need both classes, got 2 labels that are all 1");
    assertThatThrownBy(() -> BinaryRanking.auc(new double[] {1, 0}, new double[] {.1, Double.NaN}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("scores[1] is NaN");
    assertThatThrownBy(() -> BinaryRanking.auc(new double[] {-1, 1}, new double[] {.1, .2}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("labels[0] is -1.0, expected 0 or 1");
    assertThatThrownBy(() -> BinaryRanking.rocCurve(new double[0], new double[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("labels is empty");
    assertThatThrownBy(() -> BinaryRanking.logLoss(new double[] {1}, new double[] {1.5}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("probabilities[0] is 1.5");
    var oneClass = GroupedRanking.of(new double[] {1, 0}, new double[] {1, 2}, new long[] {1, 2});
    assertThatThrownBy(oneClass::gAuc)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none of the 2 groups has both classes");
    assertThatThrownBy(() -> oneClass.ndcg(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("k is 0");
  }

  private static final Offset<Double> TOLERANCE = within(1e-12);

  private static double[] map(double[] values, DoubleUnaryOperator f) {
    return Arrays.stream(values).map(f).toArray();
  }
}
