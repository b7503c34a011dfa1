package dev.melange.data.series;

import dev.melange.data.DataException;
import dev.melange.data.Dataset;
import java.util.Arrays;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * All windows of one part of a split, in scaled units: window i has the T rows from the part's row
 * i as input and the H rows after them as target.
 */
public final class Windows implements Dataset<Windows.Window> {
  /**
   * A window.
   *
   * @param start the series' row where the input begins
   * @param input scaled values (T, variables)
   * @param target scaled values (H, variables)
   * @param inputMarks continuous time features (T, features); empty without dates
   * @param targetMarks continuous time features (H, features); empty without dates
   */
  public record Window(
      int start, float[] input, float[] target, float[] inputMarks, float[] targetMarks) {}

  private final String name;
  private final SeriesSplit split;
  private final SeriesSplit.Part part;
  private final int width;
  private final float[] scaled;
  private final int markWidth;
  private final float[] marks;

  /**
   * Windows over a part.
   *
   * @param series the whole series
   * @param scaler fitted on the training rows only
   * @param split the split, for input length and horizon
   * @param part one of the split's parts
   * @throws DataException if the part has missing values
   */
  public Windows(
      TimeSeries series, StandardScaler scaler, SeriesSplit split, SeriesSplit.Part part) {
    this.name = series.name();
    this.split = split;
    this.part = part;
    this.width = series.columns().size();
    double[] values = scaler.transform(series.values());
    this.scaled = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      int row = i / width;
      if (Double.isNaN(values[i]) && row >= part.begin() && row < part.end()) {
        throw new DataException(
            "%s: column '%s' has no value in row %d; fill missing values first"
                .formatted(name, series.columns().get(i % width), row));
      }
      scaled[i] = (float) values[i];
    }
    boolean marked = series.times().isPresent() && series.frequency().isPresent();
    Frequency.Unit unit = marked ? series.frequency().get().unit() : null;
    this.markWidth =
        !marked || unit == Frequency.Unit.YEAR ? 0 : TimeFeatures.continuousCount(unit);
    this.marks = new float[series.rows() * markWidth];
    if (markWidth > 0) {
      double[] features = TimeFeatures.continuous(series.times().get(), unit);
      for (int i = 0; i < marks.length; i++) {
        marks[i] = (float) features[i];
      }
    }
  }

  @Override
  public int size() {
    return split.windows(part);
  }

  /** Variables per row. */
  public int variables() {
    return width;
  }

  /** Time features per row; 0 for a series without dates or with yearly ones. */
  public int marks() {
    return markWidth;
  }

  @Override
  public Window get(int index, RandomGenerator draws) {
    Objects.checkIndex(index, size());
    int start = part.begin() + index;
    int middle = start + split.inputLength();
    int end = middle + split.horizon();
    return new Window(
        start,
        rows(scaled, width, start, middle),
        rows(scaled, width, middle, end),
        rows(marks, markWidth, start, middle),
        rows(marks, markWidth, middle, end));
  }

  @Override
  public String id(int index) {
    return name + " window at row " + (part.begin() + index);
  }

  private static float[] rows(float[] table, int width, int from, int to) {
    return Arrays.copyOfRange(table, from * width, to * width);
  }
}
