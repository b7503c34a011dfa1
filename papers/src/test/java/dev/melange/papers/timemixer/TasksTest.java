package dev.melange.papers.timemixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.DataException;
import dev.melange.data.series.TimeSeries;
import dev.melange.metric.AnomalyDetection;
import dev.melange.metric.M4Summary;
import dev.melange.metric.Naive2;
import dev.melange.papers.forecast.Recipe;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The other tasks, each small enough to learn in a second or two. */
class TasksTest {
  private static TimeSeries waves(int rows, long seed) {
    Rng rng = new Rng(seed);
    double[] values = new double[2 * rows];
    for (int row = 0; row < rows; row++) {
      double wave = Math.sin(2 * Math.PI * row / 12);
      values[2 * row] = 20 + 5 * wave + 0.1 * rng.nextGaussian();
      values[2 * row + 1] = -3 - wave + 0.02 * rng.nextGaussian();
    }
    return new TimeSeries("waves", null, null, List.of("a", "b"), values);
  }

  private static Recipe recipe(int epochs) {
    return Recipe.of(epochs).withBatchSize(32);
  }

  @Test
  void fillsHolesBetterThanALine() throws IOException {
    TimeSeries whole = waves(600, 1);
    double[] values = whole.values().clone();
    List<Integer> holes = new ArrayList<>();
    for (int row = 20; row < 590; row += 25) {
      for (int i = 0; i < 5; i++) {
        holes.add(2 * (row + i));
        values[2 * (row + i)] = Double.NaN;
      }
    }
    TimeSeries torn = new TimeSeries("torn", null, null, whole.columns(), values);
    try (Imputer imputer = Imputer.fit(torn, 48, recipe(6), 1)) {
      TimeSeries filled = imputer.fill(torn);
      TimeSeries line = torn.filled(TimeSeries.Fill.LINEAR);
      double own = 0;
      double linear = 0;
      for (int at : holes) {
        own += Math.abs(filled.values()[at] - whole.values()[at]);
        linear += Math.abs(line.values()[at] - whole.values()[at]);
      }
      assertThat(own).isLessThan(linear);
      assertThat(filled.missing()).isZero();
      for (int at = 0; at < values.length; at++) {
        if (!holes.contains(at)) {
          assertThat(filled.values()[at]).isEqualTo(values[at]);
        }
      }
      TimeSeries blank =
          new TimeSeries(
              "blank",
              null,
              null,
              List.of("a", "b"),
              Collections.nCopies(96, Double.NaN).stream()
                  .mapToDouble(Double::doubleValue)
                  .toArray());
      assertThatThrownBy(() -> imputer.fill(blank))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("column 'a' has no value from row 0 to 47");
    }
  }

  @Test
  void findsTheRowsThatDoNotFit() throws IOException {
    TimeSeries normal = waves(600, 2);
    double[] values = waves(205, 3).values().clone();
    boolean[] labels = new boolean[205];
    for (int row : new int[] {60, 61, 62, 200}) {
      values[2 * row] += 15;
      labels[row] = true;
    }
    TimeSeries today = new TimeSeries("today", null, null, normal.columns(), values);
    try (AnomalyDetector detector = AnomalyDetector.fit(normal, 48, recipe(1), 1)) {
      double[] scores = detector.scores(today);
      assertThat(scores).hasSize(205);
      double quiet = Arrays.stream(scores, 100, 140).max().orElseThrow();
      assertThat(scores[61]).isGreaterThan(quiet);
      assertThat(scores[200]).isGreaterThan(quiet);
      AnomalyDetection found = detector.detect(normal, today, labels, 0.5);
      assertThat(found.adjustedScore().recall()).isEqualTo(1);
      assertThat(found.adjustedScore().precision()).isGreaterThan(0.5);
      assertThat(detector.flags(normal, today, 0.5)).isEqualTo(found.raw());
      assertThatThrownBy(() -> detector.scores(normal.slice(0, 30)))
          .hasMessageContaining("waves has 30 rows, the detector looks at 48");
    }
  }

  @Test
  void tellsSequencesApart() throws IOException {
    // class 0 rises, class 1 oscillates; the second half of every third sequence is padding
    int n = 96;
    int length = 16;
    float[] x = new float[n * length];
    float[] padding = new float[n * length];
    long[] label = new long[n];
    Rng rng = new Rng(5);
    for (int i = 0; i < n; i++) {
      label[i] = i % 2;
      int end = i % 3 == 0 ? length / 2 : length;
      for (int t = 0; t < end; t++) {
        double value = label[i] == 0 ? t / 8.0 - 0.5 : Math.cos(t * Math.PI / 2);
        x[i * length + t] = (float) (value + 0.1 * rng.nextGaussian());
        padding[i * length + t] = 1;
      }
    }
    Scope.run(
        () -> {
          Tensor all = Tensor.of(x, n, length, 1);
          Tensor mask = Tensor.of(padding, n, length);
          var train =
              new SequenceClassifier.Sequences(
                  all.narrow(0, 0, 64),
                  mask.narrow(0, 0, 64),
                  Tensor.of(label, n).narrow(0, 0, 64));
          var valid =
              new SequenceClassifier.Sequences(
                  all.narrow(0, 64, 32),
                  mask.narrow(0, 64, 32),
                  Tensor.of(label, n).narrow(0, 64, 32));
          try (SequenceClassifier classifier =
              SequenceClassifier.fit(train, valid, 2, Recipe.of(8).withBatchSize(16), 1)) {
            int[] classes = classifier.classify(valid.x(), valid.padding());
            int right = 0;
            for (int i = 0; i < 32; i++) {
              right += classes[i] == label[64 + i] ? 1 : 0;
            }
            assertThat(right).isGreaterThanOrEqualTo(30);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
          assertThatThrownBy(() -> new SequenceClassifier.Sequences(all, mask, mask))
              .hasMessageContaining("x, padding and label must be");
        });
  }

  @Test
  void forecastsManyShortSeries() throws IOException {
    Rng rng = new Rng(6);
    List<double[]> histories = new ArrayList<>();
    List<double[]> futures = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      double level = 50 + 100 * rng.nextDouble();
      int length = 36 + rng.nextInt(20);
      double[] all = new double[length + 8];
      for (int t = 0; t < all.length; t++) {
        all[t] = level * (1 + 0.3 * Math.sin(2 * Math.PI * (t - length) / 4 + 0.4));
      }
      histories.add(Arrays.copyOf(all, length));
      futures.add(Arrays.copyOfRange(all, length, length + 8));
    }
    try (ShortTermForecaster forecaster = ShortTermForecaster.fit(histories, 8, recipe(25), 1)) {
      double[][] forecasts = forecaster.forecast(histories);
      double[][] naive = new double[64][];
      for (int i = 0; i < 64; i++) {
        double[] own = histories.get(i);
        naive[i] = Naive2.forecast(own, 1, 8);
      }
      M4Summary.Score score =
          M4Summary.of(
                  Collections.nCopies(64, "Quarterly"),
                  java.util.Map.of("Quarterly", 1),
                  forecasts,
                  naive,
                  futures.toArray(double[][]::new),
                  histories.toArray(double[][]::new))
              .get("Quarterly");
      assertThat(score.owa()).isLessThan(0.7);
    }
    assertThatThrownBy(() -> ShortTermForecaster.fit(List.of(new double[16]), 8, recipe(1), 1))
        .isInstanceOf(DataException.class)
        .hasMessage("series 0 has 16 values; a horizon of 8 needs more than 16");
  }
}
