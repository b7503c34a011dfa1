/**
 * Forecasting, for all papers that have a network for series: windows, training, back-tests against
 * naive forecasts, files and reports.
 *
 * <p>{@link dev.melange.papers.forecast.Forecaster} fits any {@link
 * dev.melange.papers.forecast.ForecastMethod} to a series of one's own; {@link
 * dev.melange.papers.forecast.Recipe} is the training, {@link dev.melange.papers.forecast.Backtest}
 * the test, {@link dev.melange.papers.forecast.ForecastReport} what is left on paper. {@link
 * dev.melange.papers.forecast.DLinear} is the linear baseline.
 */
package dev.melange.papers.forecast;
