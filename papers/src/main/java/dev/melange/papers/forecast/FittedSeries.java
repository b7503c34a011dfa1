package dev.melange.papers.forecast;

import dev.melange.component.Default;
import dev.melange.data.series.StandardScaler;
import java.util.List;

/**
 * What a forecaster knows of the series it was fitted to.
 *
 * @param series its name
 * @param columns the columns that are forecast
 * @param mean per column, of the training rows
 * @param std per column, of the training rows
 * @param frequency code of the spacing of the rows; null for a series without dates
 * @param marks whether the model takes time features
 * @param context history, T
 * @param horizon steps forecast, H
 * @param season steps after which the series repeats itself
 * @param backtest number of forecasts that were kept for the back-test
 * @param fill see {@link ForecastOptions}
 * @param interval see {@link ForecastOptions}
 */
public record FittedSeries(
    String series,
    List<String> columns,
    double[] mean,
    double[] std,
    @Default("null") String frequency,
    boolean marks,
    int context,
    int horizon,
    int season,
    int backtest,
    String fill,
    @Default("null") Integer interval) {
  /** The scaler of the training rows. */
  public StandardScaler scaler() {
    return new StandardScaler(mean, std);
  }
}
