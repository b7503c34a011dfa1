package dev.melange.data.series;

import dev.melange.data.DataException;
import dev.melange.data.Dataset;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
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
  private final int known;
  private final int constants;
  private final float[] scaled;
  private final int markWidth;
  private final float[] marks;

  /**
   * Windows over a part, with the time features of the series' own frequency: none without dates or
   * for yearly rows.
   *
   * @param series the whole series
   * @param scaler fitted on the training rows only
   * @param split the split, for input length and horizon
   * @param part one of the split's parts
   * @throws DataException if the part has missing values
   */
  public Windows(
      TimeSeries series, StandardScaler scaler, SeriesSplit split, SeriesSplit.Part part) {
    this(series, scaler, split, part, ownUnit(series));
  }

  /**
   * Windows over a part, with chosen time features.
   *
   * @param series the whole series
   * @param scaler fitted on the training rows only
   * @param split the split, for input length and horizon
   * @param part one of the split's parts
   * @param marks the unit whose time features the windows carry (published results take those of
   *     hours for series by the minute, too); empty for none
   * @throws DataException if the part has missing values, or features are asked for and the series
   *     has no dates
   */
  public Windows(
      TimeSeries series,
      StandardScaler scaler,
      SeriesSplit split,
      SeriesSplit.Part part,
      Optional<Frequency.Unit> marks) {
    this(series, scaler, split, part, marks, 0, 0);
  }

  /**
   * Windows over a part whose last columns are no variables but what is known beforehand.
   *
   * @param series the whole series: variables, then columns known for the horizon too, then columns
   *     that do not change
   * @param scaler fitted on the training rows only, of all columns
   * @param split the split, for input length and horizon
   * @param part one of the split's parts
   * @param marks the unit whose time features the windows carry; empty for none
   * @param known number of columns known for the horizon
   * @param constants number of columns that do not change
   * @throws DataException if the part has missing values, or features are asked for and the series
   *     has no dates
   */
  public Windows(
      TimeSeries series,
      StandardScaler scaler,
      SeriesSplit split,
      SeriesSplit.Part part,
      Optional<Frequency.Unit> marks,
      int known,
      int constants) {
    this.name = series.name();
    this.split = split;
    this.part = part;
    this.width = series.columns().size();
    this.known = known;
    this.constants = constants;
    if (known < 0 || constants < 0 || variables() < 1) {
      throw new IllegalArgumentException(
          "%s has %d columns; %d known and %d constant ones leave no variable"
              .formatted(name, width, known, constants));
    }
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
    if (marks.isPresent() && series.times().isEmpty()) {
      throw new DataException(name + " has no dates; use it without time features");
    }
    this.markWidth = marks.map(TimeFeatures::continuousCount).orElse(0);
    this.marks = new float[series.rows() * markWidth];
    if (markWidth > 0) {
      double[] features = TimeFeatures.continuous(series.times().get(), marks.get());
      for (int i = 0; i < features.length; i++) {
        this.marks[i] = (float) features[i];
      }
    }
  }

  private static Optional<Frequency.Unit> ownUnit(TimeSeries series) {
    return series.times().isEmpty()
        ? Optional.empty()
        : series.frequency().map(Frequency::unit).filter(unit -> unit != Frequency.Unit.YEAR);
  }

  @Override
  public int size() {
    return split.windows(part);
  }

  /** Variables per row. */
  public int variables() {
    return width - known - constants;
  }

  /** Columns per row that are known for the horizon. */
  public int known() {
    return known;
  }

  /** Columns per row that do not change. */
  public int constants() {
    return constants;
  }

  /** Time features per row; 0 for a series without dates or with yearly ones. */
  public int marks() {
    return markWidth;
  }

  /** Input rows per window, T. */
  public int inputLength() {
    return split.inputLength();
  }

  /** Target rows per window, H. */
  public int horizon() {
    return split.horizon();
  }

  /**
   * Copies scaled values of a window.
   *
   * @param index the window
   * @param row the first row wanted, from 0 (the first input row) to T + H - 1
   * @param rows how many
   * @param first the first column wanted
   * @param columns how many
   * @param to takes (rows, columns)
   * @param at where in {@code to} they begin
   */
  public void copyValues(int index, int row, int rows, int first, int columns, float[] to, int at) {
    Objects.checkFromIndexSize(first, columns, width);
    int begin = begin(index, row, rows);
    if (columns == width) {
      System.arraycopy(scaled, begin * width, to, at, rows * width);
      return;
    }
    for (int i = 0; i < rows; i++) {
      System.arraycopy(scaled, (begin + i) * width + first, to, at + i * columns, columns);
    }
  }

  /** Copies time features of a window (rows, features), as {@link #copyValues}. */
  public void copyMarks(int index, int row, int rows, float[] to, int at) {
    System.arraycopy(marks, begin(index, row, rows) * markWidth, to, at, rows * markWidth);
  }

  private int begin(int index, int row, int rows) {
    Objects.checkIndex(index, size());
    Objects.checkFromIndexSize(row, rows, split.inputLength() + split.horizon());
    return part.begin() + index + row;
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
