package dev.melange.cli;

import dev.melange.component.Configs;
import dev.melange.papers.forecast.FittedSeries;
import dev.melange.papers.forecast.ForecastMethod;
import dev.melange.papers.forecast.ForecastOptions;
import dev.melange.tensor.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The data of a forecast and the fit of its model; to be mixed into the command. */
final class ForecastFitOptions {
  private static final String EXAMPLE = "melange forecast --data power.csv --horizon 96";

  @Mixin private SeriesDataOptions data;

  @Option(names = "--horizon", paramLabel = "N", description = "How many steps to forecast.")
  private Integer horizon;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description =
          "The model: timemixer (default); tsmixer, which also forecasts limits and can be"
              + " pretrained; tsm2; dlinear, which is linear and takes seconds; seasonal-naive, which"
              + " repeats the last season.")
  private String model;

  @Option(
      names = "--known",
      split = ",",
      paramLabel = "COLUMN",
      description =
          "Columns known beforehand, such as holidays: rows after the last value of the targets hold"
              + " their future (models that take them: tsm2).")
  private List<String> known;

  @Option(
      names = "--static",
      split = ",",
      paramLabel = "COLUMN",
      description =
          "Columns that do not change within a series, such as the size of a shop (tsm2).")
  private List<String> statics;

  @Option(
      names = "--context",
      paramLabel = "N",
      description = "Steps of history that a forecast is made from (default 96, or what fits).")
  private Integer context;

  @Option(
      names = "--fill",
      paramLabel = "none|linear|ffill",
      description =
          "Missing values: none refuses them (default), linear draws a line between the"
              + " neighbours, ffill repeats the value before.")
  private String fill;

  @Option(
      names = "--season",
      paramLabel = "N",
      description = "Steps after which the series repeats itself (default: by its frequency).")
  private Integer season;

  @Option(
      names = "--backtest",
      paramLabel = "N",
      description =
          "Forecasts of the last rows to compare with what happened; 0 for none (default up to 5).")
  private Integer backtest;

  @Option(
      names = "--baseline",
      paramLabel = "dlinear|none",
      description =
          "Also fit a linear model and compare with it in the back-test: dlinear (default) or none.")
  private String baseline;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes over the training rows, at most (default 10).")
  private Integer epochs;

  @Option(
      names = "--interval",
      paramLabel = "PERCENT",
      description =
          "Also forecast limits between which so many per cent of the values lie, such as 80"
              + " (models with a distribution: tsmixer).")
  private Integer interval;

  @Option(
      names = "--pretrain",
      paramLabel = "N",
      description =
          "First learn to fill in hidden parts of the history for so many passes, then forecast"
              + " (tsmixer).")
  private Integer pretrain;

  @Option(
      names = "--probe",
      paramLabel = "N",
      description = "After --pretrain, fit the last layer alone for so many passes (default 0).")
  private Integer probe;

  @Option(names = "--seed", paramLabel = "N", description = "Seed of all draws (default 0).")
  private Long seed;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Change a setting of model or training, such as d_model=32; repeatable.")
  private List<String> settings = new ArrayList<>();

  /** The request of a new fit; its data are hashed. */
  ForecastRequest request(ComputeOptions compute) throws IOException {
    SeriesInput input = data.input(EXAMPLE);
    SeriesDataOptions.require("--horizon", horizon, EXAMPLE);
    ForecastOptions defaults = ForecastOptions.of(horizon);
    ForecastOptions options =
        new ForecastOptions(
            horizon,
            model == null ? defaults.model() : ForecastMethod.of(model).name(),
            context,
            season,
            backtest,
            choice("--fill", fill, defaults.fill(), "none", "linear", "ffill"),
            epochs == null ? defaults.epochs() : epochs,
            defaults.patience(),
            interval,
            pretrain == null ? defaults.pretrain() : pretrain,
            probe == null ? defaults.probe() : probe,
            seed == null ? defaults.seed() : seed,
            Configs.parseOverrides(settings),
            known == null ? List.of() : known,
            statics == null ? List.of() : statics);
    Engine.Plan plan = Engine.Plan.defaults();
    return new ForecastRequest(
        input,
        compute.threads() == null ? plan.workers() : compute.threads(),
        compute.device() == null ? plan.device().toString() : compute.device(),
        choice("--baseline", baseline, "dlinear", "dlinear", "none").equals("dlinear"),
        options);
  }

  private static String choice(String option, String given, String fallback, String... known) {
    if (given != null && !List.of(known).contains(given)) {
      throw new IllegalArgumentException(
          "unknown %s '%s'; expected %s"
              .formatted(option.substring(2), given, String.join(" or ", known)));
    }
    return given == null ? fallback : given;
  }

  /** A resumed fit goes on as it began; options that say something else are refused. */
  void requireAgrees(ForecastRequest old, Path folder, ComputeOptions compute) {
    ForecastOptions options = old.options();
    data.requireAgrees(folder, old.input());
    SeriesDataOptions.requireSame(folder, "--threads", compute.threads(), old.threads());
    SeriesDataOptions.requireSame(folder, "--device", compute.device(), old.device());
    SeriesDataOptions.requireSame(folder, "--horizon", horizon, options.horizon());
    SeriesDataOptions.requireSame(folder, "--model", model, options.model());
    SeriesDataOptions.requireSame(folder, "--context", context, options.context());
    SeriesDataOptions.requireSame(folder, "--known", known, options.known());
    SeriesDataOptions.requireSame(folder, "--static", statics, options.statics());
    SeriesDataOptions.requireSame(
        folder, "--baseline", baseline, old.baseline() ? "dlinear" : "none");
    SeriesDataOptions.requireSame(folder, "--season", season, options.season());
    SeriesDataOptions.requireSame(folder, "--backtest", backtest, options.backtest());
    SeriesDataOptions.requireSame(folder, "--fill", fill, options.fill());
    SeriesDataOptions.requireSame(folder, "--epochs", epochs, options.epochs());
    SeriesDataOptions.requireSame(folder, "--interval", interval, options.interval());
    SeriesDataOptions.requireSame(folder, "--pretrain", pretrain, options.pretrain());
    SeriesDataOptions.requireSame(folder, "--probe", probe, options.probe());
    SeriesDataOptions.requireSame(folder, "--seed", seed, options.seed());
    if (!settings.isEmpty()) {
      SeriesDataOptions.requireSame(
          folder, "--set", Configs.parseOverrides(settings), options.settings());
    }
  }

  // ---- with a saved model ----

  /** Refuses what a saved model has no use for. */
  void requireNoFit() {
    refuse("--model", model);
    refuse("--known", known);
    refuse("--static", statics);
    refuse("--context", context);
    refuse("--season", season);
    refuse("--epochs", epochs);
    refuse("--baseline", baseline);
    refuse("--interval", interval);
    refuse("--pretrain", pretrain);
    refuse("--probe", probe);
    refuse("--seed", seed);
    refuse("--fill", fill);
    refuse("--set", settings.isEmpty() ? null : settings);
  }

  static void refuse(String option, Object given) {
    if (given != null) {
      throw new IllegalArgumentException(
          option + " belongs to fitting a model; with --weights it has no use");
    }
  }

  /** The series that a saved model is to forecast. */
  SeriesInput input(Path weights, FittedSeries fitted) throws IOException {
    if (horizon != null && horizon != fitted.horizon()) {
      throw new IllegalArgumentException(
          "%s forecasts %d steps, not %d; fit another model for that"
              .formatted(weights, fitted.horizon(), horizon));
    }
    return data.input(EXAMPLE, fitted.columns());
  }

  /** How many forecasts of the last rows were asked for; 0 if nothing was said. */
  int backtests() {
    return backtest == null ? 0 : backtest;
  }
}
