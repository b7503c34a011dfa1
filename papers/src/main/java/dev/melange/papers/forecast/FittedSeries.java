package dev.melange.papers.forecast;

import dev.melange.component.Default;
import dev.melange.data.series.StandardScaler;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a forecaster knows of the series it was fitted to.
 *
 * @param series its name, or that of the first of several
 * @param columns the columns that are forecast
 * @param known columns whose values are known for the rows to forecast
 * @param statics columns that do not change within a series
 * @param scales of each series
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
    @Default("[]") List<String> known,
    @Default("[]") List<String> statics,
    List<Scale> scales,
    @Default("null") String frequency,
    boolean marks,
    int context,
    int horizon,
    int season,
    int backtest,
    String fill,
    @Default("null") Integer interval) {
  /**
   * How one series is scaled.
   *
   * @param id the series' name
   * @param mean per column: of the training rows, over all series for columns that are not forecast
   * @param std likewise
   */
  public record Scale(String id, double[] mean, double[] std) {
    /** The scaler of all columns. */
    public StandardScaler scaler() {
      return new StandardScaler(mean, std);
    }
  }

  /**
   * All columns that the model looks at: those forecast, the known ones, those that are constant.
   */
  public List<String> table() {
    return Stream.of(columns, known, statics).flatMap(List::stream).toList();
  }

  /**
   * The scaler of a series' columns. One that was not there when the forecaster was fitted is
   * scaled by its own rows, unless the forecaster was fitted to one series alone: then all are that
   * one.
   */
  StandardScaler scaler(PreparedSeries prepared) {
    if (scales.size() == 1) {
      return scales.get(0).scaler();
    }
    return scales.stream()
        .filter(scale -> scale.id().equals(prepared.id()))
        .findFirst()
        .map(Scale::scaler)
        .orElseGet(() -> prepared.scale(prepared.rows(), scales.get(0), columns.size()).scaler());
  }
}
