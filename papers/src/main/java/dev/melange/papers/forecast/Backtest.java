package dev.melange.papers.forecast;

import dev.melange.data.DataException;
import dev.melange.data.series.TimeSeries;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Forecasts of the last rows of a series, compared with what happened: the model's, and those of
 * who repeats the last season or the last value. Each forecast begins H rows after the one before
 * (rolling origin) and knows all rows before it.
 *
 * @param columns what is forecast
 * @param horizon steps of each forecast, H
 * @param origins the first row of each forecast
 * @param truth values [origins][H * N]; NaN where the series has none
 * @param forecasts by method, values [origins][H * N]; the model's first
 * @param scores by method, one per column
 * @param stepErrors by method, mean absolute error [H][N] of each step in the columns' units; NaN
 *     where no truth is known
 * @param std per column, of the training rows
 * @param coverage share of the truth within the forecaster's limits, in per cent; null if it was
 *     fitted without
 */
public record Backtest(
    List<String> columns,
    int horizon,
    int[] origins,
    double[][] truth,
    Map<String, double[][]> forecasts,
    Map<String, List<Score>> scores,
    Map<String, double[][]> stepErrors,
    double[] std,
    Double coverage) {
  /** The name of the forecast that repeats the last value. */
  public static final String REPEAT_LAST = "repeat last";

  /** The name of the forecast that repeats the last season. */
  public static final String SEASONAL = "seasonal naive";

  /**
   * Errors over all steps with a known truth.
   *
   * @param mae mean absolute error, in the column's unit
   * @param rmse root of the mean squared error, in the column's unit
   * @param smape mean of 200 |f - t| / (|f| + |t|), percent
   * @param mase mean absolute error over that of the seasonal naive forecast one step ahead in the
   *     rows before the back-test; NaN if those rows repeat themselves exactly
   * @param scaledMae mean absolute error over the standard deviation of the training rows
   */
  public record Score(double mae, double rmse, double smape, double mase, double scaledMae) {}

  /** The back-test that was planned when the forecaster was fitted. */
  public static Backtest of(Forecaster forecaster, TimeSeries series) {
    return of(forecaster, series, forecaster.fitted().backtest());
  }

  /**
   * A back-test on the last rows.
   *
   * @param series as for {@link Forecaster#forecast}
   * @param count number of forecasts, at least 1
   * @throws DataException if the series is too short for them, or none of their rows has a value
   */
  public static Backtest of(Forecaster forecaster, TimeSeries series, int count) {
    return of(forecaster, series, count, List.of());
  }

  /**
   * A back-test on the last rows, beside other forecasters.
   *
   * @param series as for {@link Forecaster#forecast}
   * @param count number of forecasts, at least 1
   * @param rivals fitted to the same columns for the same horizon, without covariates; their
   *     histories are at most as long
   * @throws DataException if the series is too short for them, or none of their rows has a value
   */
  public static Backtest of(
      Forecaster forecaster, TimeSeries series, int count, List<Forecaster> rivals) {
    FittedSeries fitted = forecaster.fitted();
    PreparedSeries prepared = forecaster.prepared(series);
    TimeSeries own = prepared.targets(fitted.columns().size());
    TimeSeries observed = series.select(fitted.columns());
    int horizon = fitted.horizon();
    if (count < 1 || own.rows() - (long) count * horizon < fitted.context()) {
      throw new DataException(
          "%s has %,d rows; a back-test of %d forecasts of %d steps with a history of %d needs %,d"
              .formatted(
                  series.name(),
                  own.rows(),
                  count,
                  horizon,
                  fitted.context(),
                  (long) count * horizon + fitted.context()));
    }
    int[] origins = new int[count];
    for (int i = 0; i < count; i++) {
      origins[i] = own.rows() - (count - i) * horizon;
    }
    Map<String, double[][]> forecasts = new LinkedHashMap<>();
    forecasts.put(forecaster.name(), forecaster.forecastAt(prepared, origins));
    for (Forecaster rival : rivals) {
      forecasts.put(rival.name(), rival.forecastAt(rival.prepared(own), origins));
    }
    if (fitted.season() > 1
        && fitted.season() <= origins[0]
        && !forecaster.name().equals(SeasonalForecast.NAME)) {
      forecasts.put(SEASONAL, naive(own, origins, horizon, fitted.season()));
    }
    forecasts.put(REPEAT_LAST, naive(own, origins, horizon, 1));
    double[][] truth = rows(observed, origins, origin -> step -> origin + step, horizon);
    Map<String, List<Score>> scores = new LinkedHashMap<>();
    Map<String, double[][]> stepErrors = new LinkedHashMap<>();
    double[] std = Arrays.copyOf(fitted.scaler(prepared).std(), fitted.columns().size());
    forecasts.forEach(
        (method, values) -> {
          scores.put(method, scores(fitted.season(), std, own, origins[0], truth, values));
          stepErrors.put(method, byStep(truth, values, std.length));
        });
    Double coverage =
        fitted.interval() == null ? null : coverage(truth, forecaster.limitsAt(prepared, origins));
    return new Backtest(
        fitted.columns(), horizon, origins, truth, forecasts, scores, stepErrors, std, coverage);
  }

  private static double[][] byStep(double[][] truth, double[][] forecast, int width) {
    double[][] errors = new double[truth[0].length / width][width];
    for (int at = 0; at < truth[0].length; at++) {
      double sum = 0;
      int known = 0;
      for (int i = 0; i < truth.length; i++) {
        if (!Double.isNaN(truth[i][at])) {
          sum += Math.abs(forecast[i][at] - truth[i][at]);
          known++;
        }
      }
      errors[at / width][at % width] = known == 0 ? Double.NaN : sum / known;
    }
    return errors;
  }

  private static double coverage(double[][] truth, double[][][] limits) {
    int known = 0;
    int within = 0;
    for (int i = 0; i < truth.length; i++) {
      for (int at = 0; at < truth[i].length; at++) {
        if (!Double.isNaN(truth[i][at])) {
          known++;
          within += truth[i][at] >= limits[0][i][at] && truth[i][at] <= limits[1][i][at] ? 1 : 0;
        }
      }
    }
    return 100.0 * within / known;
  }

  private interface Row {
    int of(int step);
  }

  private static double[][] naive(TimeSeries own, int[] origins, int horizon, int season) {
    return rows(own, origins, origin -> step -> origin - season + step % season, horizon);
  }

  private static double[][] rows(
      TimeSeries series, int[] origins, IntFunction<Row> row, int horizon) {
    int width = series.columns().size();
    double[][] values = new double[origins.length][horizon * width];
    for (int i = 0; i < origins.length; i++) {
      Row chosen = row.apply(origins[i]);
      for (int step = 0; step < horizon; step++) {
        for (int c = 0; c < width; c++) {
          values[i][step * width + c] = series.get(chosen.of(step), c);
        }
      }
    }
    return values;
  }

  private static List<Score> scores(
      int season,
      double[] std,
      TimeSeries own,
      int firstOrigin,
      double[][] truth,
      double[][] forecast) {
    List<Score> scores = new ArrayList<>();
    int width = own.columns().size();
    for (int c = 0; c < width; c++) {
      double absolute = 0;
      double squared = 0;
      double symmetric = 0;
      int count = 0;
      for (int i = 0; i < truth.length; i++) {
        for (int at = c; at < truth[i].length; at += width) {
          if (Double.isNaN(truth[i][at])) {
            continue;
          }
          double error = Math.abs(forecast[i][at] - truth[i][at]);
          double size = Math.abs(forecast[i][at]) + Math.abs(truth[i][at]);
          absolute += error;
          squared += error * error;
          symmetric += size == 0 ? 0 : 200 * error / size;
          count++;
        }
      }
      if (count == 0) {
        throw new DataException(
            "%s: column '%s' has no value in the rows of the back-test; leave the column or the back-test out"
                .formatted(own.name(), own.columns().get(c)));
      }
      double mae = absolute / count;
      double naive = naiveError(own, c, firstOrigin, season);
      scores.add(
          new Score(
              mae,
              Math.sqrt(squared / count),
              symmetric / count,
              naive == 0 ? Double.NaN : mae / naive,
              mae / std[c]));
    }
    return scores;
  }

  private static double naiveError(TimeSeries own, int column, int end, int season) {
    int lag = season < end ? season : 1;
    double sum = 0;
    for (int row = lag; row < end; row++) {
      sum += Math.abs(own.get(row, column) - own.get(row - lag, column));
    }
    return sum / (end - lag);
  }

  /** Mean over the columns of the error over the standard deviation of the training rows. */
  public double scaledMae(String method) {
    return scores.get(method).stream().mapToDouble(Score::scaledMae).average().orElseThrow();
  }

  /**
   * Mean over some steps and the columns of the error over the standard deviation of the training
   * rows; NaN if none of them has a known truth.
   *
   * @param from the first step, from 0
   * @param to the step after the last
   */
  public double scaledMae(String method, int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(step -> stepErrors.get(method)[step])
        .flatMapToDouble(
            errors -> IntStream.range(0, std.length).mapToDouble(c -> errors[c] / std[c]))
        .filter(error -> !Double.isNaN(error))
        .average()
        .orElse(Double.NaN);
  }

  /** The method with the smallest {@link #scaledMae}. */
  public String best() {
    String best = null;
    for (String method : scores.keySet()) {
      if (best == null || scaledMae(method) < scaledMae(best)) {
        best = method;
      }
    }
    return best;
  }
}
