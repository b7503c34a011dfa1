package dev.melange.data.series;

import dev.melange.data.DataException;
import java.util.Arrays;
import java.util.List;

/**
 * How rows of irregular or repeated dates become one row per even step: from the values of the rows
 * that fall into a step, those that are missing left out. A step without any value has none.
 */
public enum Resample {
  MEAN {
    @Override
    double join(double before, double value, int count) {
      return before + (value - before) / count;
    }
  },
  SUM {
    @Override
    double join(double before, double value, int count) {
      return before + value;
    }
  },
  MIN {
    @Override
    double join(double before, double value, int count) {
      return Math.min(before, value);
    }
  },
  MAX {
    @Override
    double join(double before, double value, int count) {
      return Math.max(before, value);
    }
  },
  FIRST {
    @Override
    double join(double before, double value, int count) {
      return before;
    }
  },
  LAST {
    @Override
    double join(double before, double value, int count) {
      return value;
    }
  };

  private static final int MAX_STEPS = 20_000_000;

  /**
   * The value of a step after one more row.
   *
   * @param before the value after the rows so far, at least one
   * @param count the rows with this one
   */
  abstract double join(double before, double value, int count);

  /**
   * A series with one row per step of a frequency, from the step of its first row to that of its
   * last. Steps begin as {@link Frequency#floor} tells.
   *
   * @param name what messages call the series
   * @param times seconds since 1970, not decreasing
   * @param columns the variables' names
   * @param values row-major (time, variable), NaN where missing
   * @throws DataException if there are more steps than fit into memory
   */
  TimeSeries apply(
      String name, long[] times, List<String> columns, double[] values, Frequency frequency) {
    int width = columns.size();
    int[] step = new int[times.length];
    long begin = frequency.floor(times[0]);
    int last = 0;
    long next = frequency.plus(begin, 1);
    for (int row = 0; row < times.length; row++) {
      while (times[row] >= next) {
        last++;
        next = frequency.plus(begin, last + 1L);
        if (last > MAX_STEPS) {
          throw new DataException(
              "%s: from %s to %s there are more than %,d steps of '%s'; is that the right frequency?"
                  .formatted(
                      name,
                      Frequency.show(times[0]),
                      Frequency.show(times[times.length - 1]),
                      MAX_STEPS,
                      frequency));
        }
      }
      step[row] = last;
    }
    double[] joined = new double[(last + 1) * width];
    int[] counts = new int[joined.length];
    Arrays.fill(joined, Double.NaN);
    for (int i = 0; i < values.length; i++) {
      if (!Double.isNaN(values[i])) {
        int at = step[i / width] * width + i % width;
        counts[at]++;
        joined[at] = counts[at] == 1 ? values[i] : join(joined[at], values[i], counts[at]);
      }
    }
    long[] grid = new long[last + 1];
    for (int i = 0; i < grid.length; i++) {
      grid[i] = frequency.plus(begin, i);
    }
    return new TimeSeries(name, grid, frequency, columns, joined);
  }
}
