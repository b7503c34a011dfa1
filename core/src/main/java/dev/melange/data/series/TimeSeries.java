package dev.melange.data.series;

import dev.melange.data.DataException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A table of numbers over time: one row per time step, one column per variable. */
public final class TimeSeries {
  private final String name;
  private final long[] times;
  private final Frequency frequency;
  private final List<String> columns;
  private final double[] values;

  /**
   * A series from its numbers.
   *
   * @param name what messages call it
   * @param times seconds since 1970 per row, increasing; or null for a series without dates
   * @param frequency the spacing of the times, or null if unknown
   * @param columns the variables' names
   * @param values row-major (time, variable), NaN where missing; owned by the series from now on
   */
  public TimeSeries(
      String name, long[] times, Frequency frequency, List<String> columns, double[] values) {
    if (columns.isEmpty() || values.length % columns.size() != 0) {
      throw new IllegalArgumentException(
          "%s: %,d values do not make rows of %d columns"
              .formatted(name, values.length, columns.size()));
    }
    if (times != null && times.length != values.length / columns.size()) {
      throw new IllegalArgumentException(
          "%s: %,d times for %,d rows"
              .formatted(name, times.length, values.length / columns.size()));
    }
    this.name = name;
    this.times = times == null ? null : times.clone();
    this.frequency = frequency;
    this.columns = List.copyOf(columns);
    this.values = values;
  }

  /** What messages call it. */
  public String name() {
    return name;
  }

  /** Number of time steps. */
  public int rows() {
    return values.length / columns.size();
  }

  /** The variables' names. */
  public List<String> columns() {
    return columns;
  }

  /** All values, row-major (time, variable), NaN where missing; not to be changed. */
  public double[] values() {
    return values;
  }

  /** One value. */
  public double get(int row, int column) {
    return values[row * columns.size() + column];
  }

  /** Seconds since 1970 per row, if the series has dates. */
  public Optional<long[]> times() {
    return Optional.ofNullable(times).map(long[]::clone);
  }

  /** The spacing of the rows, if it has dates and at least two rows. */
  public Optional<Frequency> frequency() {
    return Optional.ofNullable(frequency);
  }

  /**
   * The place of a variable.
   *
   * @throws DataException if there is none of that name; lists those there are
   */
  public int column(String wanted) {
    int index = columns.indexOf(wanted);
    if (index < 0) {
      throw new DataException(
          "%s has no column '%s'; it has %s".formatted(name, wanted, String.join(", ", columns)));
    }
    return index;
  }

  /** The same rows with these variables, in this order. */
  public TimeSeries select(List<String> wanted) {
    int[] indices = wanted.stream().mapToInt(this::column).toArray();
    double[] chosen = new double[rows() * indices.length];
    for (int row = 0; row < rows(); row++) {
      for (int i = 0; i < indices.length; i++) {
        chosen[row * indices.length + i] = get(row, indices[i]);
      }
    }
    return new TimeSeries(name, times, frequency, wanted, chosen);
  }

  /** Rows from (inclusive) .. to (exclusive). */
  public TimeSeries slice(int from, int to) {
    return new TimeSeries(
        name,
        times == null ? null : Arrays.copyOfRange(times, from, to),
        frequency,
        columns,
        Arrays.copyOfRange(values, from * columns.size(), to * columns.size()));
  }

  /** Number of missing values. */
  public int missing() {
    return (int) Arrays.stream(values).filter(Double::isNaN).count();
  }

  /**
   * The rows up to the last one in which one of some variables has a value.
   *
   * @throws DataException if none of them has a value at all
   */
  public int knownRows(List<String> wanted) {
    int[] indices = wanted.stream().mapToInt(this::column).toArray();
    for (int row = rows(); row > 0; row--) {
      for (int c : indices) {
        if (!Double.isNaN(get(row - 1, c))) {
          return row;
        }
      }
    }
    throw new DataException(
        "%s: column '%s' has no value at all; leave it out"
            .formatted(name, String.join("', '", wanted)));
  }

  /** Number of missing values of each variable that has any. */
  public Map<String, Integer> missingByColumn() {
    Map<String, Integer> missing = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      if (Double.isNaN(values[i])) {
        missing.merge(columns.get(i % columns.size()), 1, Integer::sum);
      }
    }
    return missing;
  }

  /** How to fill missing values. */
  public enum Fill {
    /** The last known value (the first known one at the start). Looks only back, except there. */
    FORWARD,
    /** The straight line between the known neighbours (the nearest known one at the ends). */
    LINEAR
  }

  /**
   * The series with its missing values filled, each variable by itself.
   *
   * @throws DataException if a variable has no value at all
   */
  public TimeSeries filled(Fill fill) {
    int width = columns.size();
    double[] result = values.clone();
    for (int c = 0; c < width; c++) {
      int last = -1;
      for (int row = 0; row < rows(); row++) {
        if (Double.isNaN(get(row, c))) {
          continue;
        }
        for (int gap = last + 1; gap < row; gap++) {
          double right = get(row, c);
          double left = last < 0 ? right : get(last, c);
          double part = fill == Fill.FORWARD ? 0 : (double) (gap - last) / (row - last);
          result[gap * width + c] = left + part * (right - left);
        }
        last = row;
      }
      if (last < 0) {
        throw new DataException(
            "%s: column '%s' has no value at all; leave it out".formatted(name, columns.get(c)));
      }
      for (int gap = last + 1; gap < rows(); gap++) {
        result[gap * width + c] = get(last, c);
      }
    }
    return new TimeSeries(name, times, frequency, columns, result);
  }
}
