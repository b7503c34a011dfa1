package dev.melange.papers.forecast;

import dev.melange.data.series.TimeSeries;
import java.util.List;

/**
 * One series with its forecast.
 *
 * @param series what it was made for, missing values included
 * @param forecast the rows after its end
 * @param interval its limits; null if it was made without
 * @param backtest how the forecaster did on the last rows; null if it was not tested
 */
public record SeriesForecast(
    TimeSeries series, TimeSeries forecast, Forecaster.Interval interval, Backtest backtest) {
  /**
   * Forecasts a series and tests the forecaster on its last rows.
   *
   * @param backtests number of forecasts in the back-test; 0 for none
   * @param rivals other forecasters in the back-test
   */
  public static SeriesForecast of(
      Forecaster forecaster, TimeSeries series, int backtests, List<Forecaster> rivals) {
    return new SeriesForecast(
        series,
        forecaster.forecast(series),
        forecaster.interval(series).orElse(null),
        backtests == 0 ? null : Backtest.of(forecaster, series, backtests, rivals));
  }
}
