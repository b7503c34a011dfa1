package dev.melange.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.DataException;
import dev.melange.data.series.Frequency;
import dev.melange.data.series.SeriesSplit;
import dev.melange.data.series.StandardScaler;
import dev.melange.data.series.TimeSeries;
import dev.melange.data.series.Windows;
import dev.melange.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SeriesBatchesTest {
  private static final int ROWS = 100;
  private static final StandardScaler IDENTITY =
      new StandardScaler(new double[] {0, 0}, new double[] {1, 1});

  // value (row, column) = row + column / 1000, hourly
  private static Windows windows(Optional<Frequency.Unit> marks) {
    double[] values = new double[2 * ROWS];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / 2 + (i % 2) / 1000.0;
    }
    long[] times = LongStream.range(0, ROWS).map(i -> 3600 * i).toArray();
    TimeSeries series = new TimeSeries("s", times, Frequency.of("h"), List.of("a", "b"), values);
    SeriesSplit split = SeriesSplit.ratio(ROWS, 4, 3);
    return new Windows(series, IDENTITY, split, split.train(), marks);
  }

  private static Windows windows() {
    return windows(Optional.empty());
  }

  // the first row of every window of an epoch, in order
  private static List<Float> starts(Minibatches data, int epoch, int firstBatch) {
    List<Float> starts = new ArrayList<>();
    try (Minibatches.Epoch batches = data.epoch(epoch, firstBatch)) {
      while (batches.hasNext()) {
        Scope.run(
            () -> {
              for (float start : batches.next().get("x").select(1, 0).select(1, 0).toFloats()) {
                starts.add(start);
              }
            });
      }
    }
    return starts;
  }

  @Test
  void cutsWindowsOutOfTheSeries() {
    Scope.run(
        () -> {
          SeriesBatches data = SeriesBatches.of(windows(Optional.of(Frequency.Unit.HOUR)), 3);
          assertThat(data.size()).isEqualTo(64);
          assertThat(data.batches()).isEqualTo(22);
          TensorBatch batch = data.epoch(0, 1).next();
          assertThat(batch.names()).containsExactly("x", "y", "x_mark", "y_mark");
          assertThat(batch.get("x").shape()).containsExactly(3, 4, 2);
          assertThat(batch.get("y").shape()).containsExactly(3, 3, 2);
          assertThat(batch.get("x_mark").shape()).containsExactly(3, 4, 4);
          assertThat(batch.get("x").get(1).toFloats())
              .containsExactly(4, 4.001f, 5, 5.001f, 6, 6.001f, 7, 7.001f);
          assertThat(batch.get("y").get(1).toFloats())
              .containsExactly(8, 8.001f, 9, 9.001f, 10, 10.001f);
          // row 8 is 08:00 of a Thursday, the first of January
          assertThat(batch.get("y_mark").get(1).get(0).toFloats())
              .containsExactly((float) (8 / 23.0 - 0.5), 0f, -0.5f, -0.5f);
          assertThat(batch.id(1)).isEqualTo("s window at row 4");
        });
  }

  @Test
  void entersAnEpochAnywhere() {
    SeriesBatches data = SeriesBatches.of(windows(), 5).shuffled(7);
    List<Float> whole = starts(data, 3, 0);
    assertThat(whole).hasSize(64).doesNotHaveDuplicates();
    assertThat(starts(data, 3, 4)).isEqualTo(whole.subList(20, 64));
    assertThat(starts(data, 4, 0)).hasSize(64).isNotEqualTo(whole);
    assertThat(starts(SeriesBatches.of(windows(), 5).shuffled(7), 3, 0)).isEqualTo(whole);
  }

  @Test
  void takesAnotherHalfInEachEpoch() {
    SeriesBatches half = SeriesBatches.of(windows(), 10).shuffled(1).share(0.5).dropLast();
    assertThat(half.size()).isEqualTo(32);
    assertThat(half.batches()).isEqualTo(3);
    assertThat(starts(half, 0, 0)).hasSize(30).doesNotHaveDuplicates();
    assertThat(starts(half, 1, 0)).hasSize(30).isNotEqualTo(starts(half, 0, 0));
    assertThat(half.describe())
        .isEqualTo(
            "32 windows of 4 + 3 rows, batches of 10, shuffled with seed 1 out of 64, last incomplete batch left out");
  }

  @Test
  void skipsWindows() {
    assertThat(starts(SeriesBatches.of(windows(), 100).every(30), 0, 0))
        .containsExactly(0f, 30f, 60f);
  }

  @Test
  void refusesBatchesThatCannotBeFilled() {
    assertThatThrownBy(() -> SeriesBatches.of(windows(), 65).dropLast())
        .isInstanceOf(DataException.class)
        .hasMessage("64 windows do not fill one batch of 65; use a smaller batch size");
    assertThatThrownBy(() -> SeriesBatches.of(windows(), 0)).hasMessageContaining("got 0");
    assertThatThrownBy(() -> SeriesBatches.of(windows(), 1).share(1.5))
        .hasMessageContaining("got 1.5");
  }

  @Test
  void refusesTimeFeaturesOfASeriesWithoutDates() {
    TimeSeries undated = new TimeSeries("s", null, null, List.of("a", "b"), new double[200]);
    SeriesSplit split = SeriesSplit.ratio(ROWS, 4, 3);
    assertThatThrownBy(
            () ->
                new Windows(
                    undated, IDENTITY, split, split.train(), Optional.of(Frequency.Unit.HOUR)))
        .isInstanceOf(DataException.class)
        .hasMessage("s has no dates; use it without time features");
  }

  // two variables are left of four columns: value (row, column) = 100 level + row + column / 1000
  private static Windows withCovariates(int level, int rows) {
    double[] values = new double[4 * rows];
    for (int i = 0; i < values.length; i++) {
      values[i] = 100 * level + i / 4 + (i % 4) / 1000.0;
    }
    TimeSeries series =
        new TimeSeries("s" + level, null, null, List.of("a", "b", "k", "c"), values);
    SeriesSplit.Part part = new SeriesSplit.Part(0, rows);
    StandardScaler same = new StandardScaler(new double[4], new double[] {1, 1, 1, 1});
    SeriesSplit split = new SeriesSplit(part, part, part, 4, 3);
    return new Windows(series, same, split, part, Optional.empty(), 1, 1);
  }

  @Test
  void cutsWindowsOfSeveralSeriesWithWhatIsKnownBeforehand() {
    Scope.run(
        () -> {
          SeriesBatches data =
              SeriesBatches.of(
                  List.of(withCovariates(1, 8), withCovariates(2, 6), withCovariates(3, 9)), 10);
          assertThat(data.size()).isEqualTo(2 + 3); // the second series has no window
          TensorBatch batch = data.epoch(0, 0).next();
          assertThat(batch.names()).containsExactly("x", "y", "future", "static");
          assertThat(batch.get("x").shape()).containsExactly(5, 4, 2);
          assertThat(batch.get("future").shape()).containsExactly(5, 3, 1);
          assertThat(batch.get("static").shape()).containsExactly(5, 1);
          assertThat(batch.get("x").get(2).toFloats())
              .containsExactly(300f, 300.001f, 301f, 301.001f, 302f, 302.001f, 303f, 303.001f);
          assertThat(batch.get("future").get(1).toFloats())
              .containsExactly(105.002f, 106.002f, 107.002f);
          assertThat(batch.get("static").toFloats()[0]).isEqualTo(100.003f);
          assertThat(batch.id(4)).isEqualTo("s3 window at row 2");
        });
    assertThatThrownBy(() -> SeriesBatches.of(List.of(withCovariates(1, 8), windows()), 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must have the same lengths and columns");
  }
}
