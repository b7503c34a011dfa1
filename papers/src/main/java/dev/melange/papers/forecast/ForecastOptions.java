package dev.melange.papers.forecast;

import dev.melange.component.Configs;
import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.data.DataException;
import dev.melange.data.series.TimeSeries;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How a {@link Forecaster} is fitted to a series.
 *
 * @param horizon steps to forecast, H
 * @param model the name of a {@link ForecastMethod}: {@code timemixer}, or {@code dlinear}, a
 *     linear model that trains in seconds, or {@code seasonal-naive}, which repeats the last
 *     season, ...
 * @param context history that a forecast is made from, T; null for the longest of the model's usual
 *     ones that the series is long enough for (96, 48, 24, 16, 8 for most)
 * @param season steps after which the series repeats itself, for the seasonal naive baseline and
 *     the scaled error; null for the usual one of the series' frequency
 * @param backtest number of forecasts of the last rows, each H steps after the one before, that are
 *     compared with what happened; those rows are kept from training. Null for up to 5, in at most
 *     a fifth of the rows
 * @param fill what to do about missing values: {@code none} refuses them, {@code linear} draws a
 *     line between the neighbours, {@code ffill} repeats the value before
 * @param epochs passes over the training windows, at most
 * @param patience epochs without a better validation loss before the end
 * @param interval per cent of the futures that lie between the limits forecast beside the middle;
 *     null for no limits. Needs a model with a distribution
 * @param pretrain epochs of self-supervised training before the fit; 0 for none
 * @param probe epochs after pretraining in which the head alone is fitted
 * @param seed of initial weights and of all draws
 * @param settings further keys of the model's configuration and of {@link Recipe} to change, as
 *     text
 * @param known columns that are not forecast but known beforehand, such as prices or holidays: the
 *     rows after the last value of the other columns hold what is known of the future. Needs a
 *     model that takes them
 * @param statics columns that do not change within a series, such as the size of a shop; all others
 *     are forecast. Needs a model that takes them
 */
public record ForecastOptions(
    int horizon,
    @Default("timemixer") String model,
    @Default("null") Integer context,
    @Default("null") Integer season,
    @Default("null") Integer backtest,
    @Default("none") @OneOf({"none", "linear", "ffill"}) String fill,
    @Default("10") int epochs,
    @Default("3") int patience,
    @Default("null") Integer interval,
    @Default("0") int pretrain,
    @Default("0") int probe,
    @Default("0") long seed,
    @Default("{}") Map<String, String> settings,
    @Default("[]") List<String> known,
    @Default("[]") List<String> statics) {
  /** Checks the numbers. */
  public ForecastOptions {
    settings = Map.copyOf(settings);
    known = List.copyOf(known);
    statics = List.copyOf(statics);
    positive("horizon", horizon);
    positive("context", context);
    positive("season", season);
    positive("epochs", epochs);
    positive("patience", patience);
    if (interval != null && (interval < 1 || interval > 99)) {
      throw new IllegalArgumentException(
          "interval lies between 1 and 99 per cent, got " + interval);
    }
    if (pretrain < 0 || probe < 0 || (probe > 0 && pretrain == 0)) {
      throw new IllegalArgumentException(
          "pretrain and probe must not be negative, and probing follows pretraining; got %d and %d"
              .formatted(pretrain, probe));
    }
    if (backtest != null && backtest < 0) {
      throw new IllegalArgumentException("backtest must not be negative, got " + backtest);
    }
  }

  private static void positive(String name, Integer value) {
    if (value != null && value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, got " + value);
    }
  }

  /** The defaults for a horizon. */
  public static ForecastOptions of(int horizon) {
    return new ForecastOptions(
        horizon,
        "timemixer",
        null,
        null,
        null,
        "none",
        10,
        3,
        null,
        0,
        0,
        0,
        Map.of(),
        List.of(),
        List.of());
  }

  private ForecastOptions with(String key, Object value) {
    return Configs.with(this, Map.of(key, value.toString()));
  }

  /** With another model. */
  public ForecastOptions withModel(String name) {
    return with("model", name);
  }

  /** With a history length. */
  public ForecastOptions withContext(int steps) {
    return with("context", steps);
  }

  /** With a number of forecasts in the back-test. */
  public ForecastOptions withBacktest(int forecasts) {
    return with("backtest", forecasts);
  }

  /** With a way to fill missing values. */
  public ForecastOptions withFill(String how) {
    return with("fill", how);
  }

  /** With limits between which so many per cent of the futures lie. */
  public ForecastOptions withInterval(int percent) {
    return with("interval", percent);
  }

  /** With self-supervised training before the fit. */
  public ForecastOptions withPretraining(int count, int probing) {
    return Configs.with(
        this, Map.of("pretrain", Integer.toString(count), "probe", Integer.toString(probing)));
  }

  /** With a number of epochs. */
  public ForecastOptions withEpochs(int count) {
    return with("epochs", count);
  }

  /** With other settings of model and training. */
  public ForecastOptions withSettings(Map<String, String> changes) {
    return new ForecastOptions(
        horizon, model, context, season, backtest, fill, epochs, patience, interval, pretrain,
        probe, seed, changes, known, statics);
  }

  /** With columns that are known beforehand, and columns that do not change. */
  public ForecastOptions withCovariates(List<String> future, List<String> constant) {
    return new ForecastOptions(
        horizon, model, context, season, backtest, fill, epochs, patience, interval, pretrain,
        probe, seed, settings, future, constant);
  }

  /**
   * The columns to forecast: those that are neither known nor static.
   *
   * @throws DataException if a known or static column is not there, or none is left
   */
  public List<String> targets(TimeSeries series) {
    List<String> covariates = new ArrayList<>(known);
    covariates.addAll(statics);
    covariates.forEach(series::column);
    List<String> targets = new ArrayList<>(series.columns());
    targets.removeAll(covariates);
    if (targets.isEmpty()) {
      throw new DataException(
          "%s: all columns (%s) are known or static, none is left to forecast"
              .formatted(series.name(), String.join(", ", series.columns())));
    }
    return targets;
  }

  /**
   * The linear model that a forecaster is compared with: the same history and rows, no covariates.
   *
   * @param fitted the forecaster
   */
  public ForecastOptions baseline(FittedSeries fitted) {
    return new ForecastOptions(
        horizon,
        LinearForecast.NAME,
        fitted.context(),
        fitted.season(),
        fitted.backtest(),
        "none",
        epochs,
        patience,
        null,
        0,
        0,
        seed,
        Map.of(),
        List.of(),
        List.of());
  }
}
