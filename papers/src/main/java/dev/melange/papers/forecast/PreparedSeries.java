package dev.melange.papers.forecast;

import dev.melange.data.DataException;
import dev.melange.data.series.StandardScaler;
import dev.melange.data.series.TimeSeries;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A series without missing values, its columns in the order that windows have them: those to
 * forecast, those known beforehand, those that do not change. It ends with the last row that has a
 * value to forecast; what is known beforehand may go on.
 *
 * @param table its values; rows after the last known value of the columns to forecast hold what is
 *     known of the future, and the last value before elsewhere
 * @param rows those that have values to forecast from
 */
record PreparedSeries(TimeSeries table, int rows) {
  /** The series' name. */
  String id() {
    return table.name();
  }

  /** A series without covariates that has no missing values. */
  static PreparedSeries of(TimeSeries series) {
    return new PreparedSeries(series, series.rows());
  }

  /**
   * Checks and fills a series.
   *
   * @param targets the columns to forecast
   * @param known columns known beforehand
   * @param statics columns that do not change
   * @param fill see {@link ForecastOptions}
   * @throws DataException if values are missing that are not to be filled, or a column that must
   *     not change does
   */
  static PreparedSeries of(
      TimeSeries series,
      List<String> targets,
      List<String> known,
      List<String> statics,
      String fill) {
    TimeSeries own = series.select(targets);
    int rows = own.knownRows(targets);
    TimeSeries table = filled(own.slice(0, rows), fill);
    if (!known.isEmpty() || !statics.isEmpty()) {
      TimeSeries beside = filled(series.select(join(known, statics)), fill);
      checkConstant(series.select(statics.isEmpty() ? targets : statics), !statics.isEmpty());
      table = beside(table, beside);
    }
    return new PreparedSeries(table, rows);
  }

  private static List<String> join(List<String> some, List<String> others) {
    List<String> all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }

  private static void checkConstant(TimeSeries constant, boolean wanted) {
    for (int c = 0; wanted && c < constant.columns().size(); c++) {
      for (int row = 1; row < constant.rows(); row++) {
        double value = constant.get(row, c);
        if (!Double.isNaN(value) && value != constant.get(0, c)) {
          throw new DataException(
              "%s: static column '%s' changes from %s to %s in row %d; give columns that change with --known"
                  .formatted(
                      constant.name(), constant.columns().get(c), constant.get(0, c), value, row));
        }
      }
    }
  }

  private static TimeSeries beside(TimeSeries targets, TimeSeries others) {
    int n = targets.columns().size();
    int width = n + others.columns().size();
    double[] values = new double[others.rows() * width];
    for (int row = 0; row < others.rows(); row++) {
      for (int c = 0; c < width; c++) {
        values[row * width + c] =
            c < n ? targets.get(Math.min(row, targets.rows() - 1), c) : others.get(row, c - n);
      }
    }
    return new TimeSeries(
        targets.name(),
        others.times().orElse(null),
        others.frequency().orElse(null),
        join(targets.columns(), others.columns()),
        values);
  }

  /**
   * A series without missing values.
   *
   * @param fill see {@link ForecastOptions}
   * @throws DataException if there are missing values and {@code fill} is {@code none}; tells how
   *     many and where
   */
  static TimeSeries filled(TimeSeries series, String fill) {
    if (series.missing() == 0) {
      return series;
    }
    if (!fill.equals("none")) {
      return series.filled(
          fill.equals("linear") ? TimeSeries.Fill.LINEAR : TimeSeries.Fill.FORWARD);
    }
    throw new DataException(
        "%s has %,d missing values (%s); fill them with --fill linear (a line between the neighbours) or --fill ffill (the value before)"
            .formatted(
                series.name(),
                series.missing(),
                String.join(
                    ", ",
                    series.missingByColumn().entrySet().stream()
                        .map(e -> "%s: %,d".formatted(e.getKey(), e.getValue()))
                        .toList())));
  }

  /**
   * Refuses columns that never change: nothing can be learned from them, and their errors cannot be
   * compared with a deviation.
   *
   * @throws DataException that names the first one
   */
  static void checkVaries(TimeSeries series, List<String> targets) {
    TimeSeries own = series.select(targets);
    for (int c = 0; c < targets.size(); c++) {
      int column = c;
      double[] distinct =
          IntStream.range(0, own.rows())
              .mapToDouble(row -> own.get(row, column))
              .filter(value -> !Double.isNaN(value))
              .distinct()
              .limit(2)
              .toArray();
      if (distinct.length == 1) {
        throw new DataException(
            "%s: column '%s' is constant (%s in all rows), there is nothing to forecast; leave it out, for instance with --target"
                .formatted(series.name(), targets.get(c), distinct[0]));
      }
    }
  }

  /** The columns that are forecast, as far as they are known, missing values filled. */
  TimeSeries targets(int columns) {
    return table.slice(0, rows).select(table.columns().subList(0, columns));
  }

  /**
   * The statistics of the first rows.
   *
   * @param end the row after the last
   * @param common statistics whose columns that are not forecast are taken; null for own ones
   * @param columns number of columns to forecast
   */
  FittedSeries.Scale scale(int end, FittedSeries.Scale common, int columns) {
    StandardScaler own = StandardScaler.fit(table, 0, end);
    double[] mean = own.mean();
    double[] std = own.std();
    for (int c = columns; common != null && c < mean.length; c++) {
      mean[c] = common.mean()[c];
      std[c] = common.std()[c];
    }
    return new FittedSeries.Scale(id(), mean, std);
  }

  /**
   * The statistics of the training rows of several series; those of columns that are not forecast
   * over all series, so that they mean the same in each.
   *
   * @param ends the row after each series' last training row
   * @param columns number of columns to forecast
   */
  static List<FittedSeries.Scale> scales(List<PreparedSeries> all, int[] ends, int columns) {
    int width = all.get(0).table.columns().size();
    int total = Arrays.stream(ends).sum();
    double[] joined = new double[total * width];
    int at = 0;
    for (int i = 0; i < ends.length; i++) {
      System.arraycopy(all.get(i).table.values(), 0, joined, at, ends[i] * width);
      at += ends[i] * width;
    }
    StandardScaler pooled = StandardScaler.fit(joined, width, 0, total);
    FittedSeries.Scale common = new FittedSeries.Scale("", pooled.mean(), pooled.std());
    return IntStream.range(0, ends.length)
        .mapToObj(i -> all.get(i).scale(ends[i], common, columns))
        .toList();
  }
}
