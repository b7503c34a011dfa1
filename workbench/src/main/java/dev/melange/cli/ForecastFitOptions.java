package dev.melange.cli;

import dev.melange.component.Configs;
import dev.melange.data.ContentHash;
import dev.melange.data.Source;
import dev.melange.data.series.TimeSeries;
import dev.melange.papers.forecast.FittedSeries;
import dev.melange.papers.forecast.ForecastMethod;
import dev.melange.papers.forecast.ForecastOptions;
import dev.melange.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.Option;

/** The data of a forecast and the fit of its model; to be mixed into the command. */
final class ForecastFitOptions {
  @Option(
      names = "--data",
      paramLabel = "FILE",
      description =
          "CSV file with a row per time step: numbers, and dates if there are any. Also the name of"
              + " a known series, such as us-flights-hourly.")
  private String data;

  @Option(names = "--horizon", paramLabel = "N", description = "How many steps to forecast.")
  private Integer horizon;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description =
          "The model: timemixer (default); tsmixer, which also forecasts limits and can be"
              + " pretrained; tsm2; dlinear, which is linear and takes seconds.")
  private String model;

  @Option(
      names = "--target",
      split = ",",
      paramLabel = "COLUMN",
      description = "Columns to forecast (default: all but the dates).")
  private List<String> target;

  @Option(
      names = "--context",
      paramLabel = "N",
      description = "Steps of history that a forecast is made from (default 96, or what fits).")
  private Integer context;

  @Option(
      names = "--date",
      paramLabel = "COLUMN",
      description = "The column of dates (default: found by its contents).")
  private String date;

  @Option(
      names = "--date-format",
      paramLabel = "PATTERN",
      description = "How dates are written, such as dd/MM/uuuu (default: found out).")
  private String dateFormat;

  @Option(
      names = "--freq",
      paramLabel = "s|t|h|d|b|w|m|a",
      description =
          "The spacing of the rows, such as h, 15t (minutes) or d; rows that the file leaves out"
              + " become missing values (default: found out, and none may be left out).")
  private String freq;

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
    require("--data", data);
    require("--horizon", horizon);
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
            Configs.parseOverrides(settings));
    Engine.Plan plan = Engine.Plan.defaults();
    Source source = ForecastRequest.source(data);
    return new ForecastRequest(
        Files.exists(Path.of(data)) ? Path.of(data).toAbsolutePath().toString() : data,
        ContentHash.of(source).sha256(),
        target,
        date,
        dateFormat,
        freq,
        compute.threads() == null ? plan.workers() : compute.threads(),
        compute.device() == null ? plan.device().toString() : compute.device(),
        options);
  }

  private static void require(String option, Object value) {
    if (value == null) {
      throw new IllegalArgumentException(
          "%s is missing; for instance: melange forecast --data power.csv --horizon 96"
              .formatted(option));
    }
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
    Path path = data == null ? null : Path.of(data);
    String given = path != null && Files.exists(path) ? path.toAbsolutePath().toString() : data;
    requireSame(folder, "--data", given, old.data());
    requireSame(folder, "--target", target, old.target());
    requireSame(folder, "--date", date, old.date());
    requireSame(folder, "--date-format", dateFormat, old.date_format());
    requireSame(folder, "--freq", freq, old.freq());
    requireSame(folder, "--threads", compute.threads(), old.threads());
    requireSame(folder, "--device", compute.device(), old.device());
    requireSame(folder, "--horizon", horizon, options.horizon());
    requireSame(folder, "--model", model, options.model());
    requireSame(folder, "--context", context, options.context());
    requireSame(folder, "--season", season, options.season());
    requireSame(folder, "--backtest", backtest, options.backtest());
    requireSame(folder, "--fill", fill, options.fill());
    requireSame(folder, "--epochs", epochs, options.epochs());
    requireSame(folder, "--interval", interval, options.interval());
    requireSame(folder, "--pretrain", pretrain, options.pretrain());
    requireSame(folder, "--probe", probe, options.probe());
    requireSame(folder, "--seed", seed, options.seed());
    if (!settings.isEmpty()) {
      requireSame(folder, "--set", Configs.parseOverrides(settings), options.settings());
    }
  }

  private static void requireSame(Path folder, String option, Object given, Object old) {
    if (given != null && !Objects.equals(given, old)) {
      throw new IllegalArgumentException(
          "the fit in %s was begun with %s %s, got %s; leave that option out, or leave out --resume"
              .formatted(folder, option, old == null ? "left out" : old, given));
    }
  }

  // ---- with a saved model ----

  /** Refuses what a saved model has no use for. */
  void requireNoFit() {
    require("--data", data);
    refuse("--model", model);
    refuse("--context", context);
    refuse("--season", season);
    refuse("--epochs", epochs);
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

  /** Reads the series that a saved model is to forecast. */
  TimeSeries read(Path weights, FittedSeries fitted) throws IOException {
    if (horizon != null && horizon != fitted.horizon()) {
      throw new IllegalArgumentException(
          "%s forecasts %d steps, not %d; fit another model for that"
              .formatted(weights, fitted.horizon(), horizon));
    }
    if (target != null && !target.equals(fitted.columns())) {
      throw new IllegalArgumentException(
          "%s forecasts %s, not %s"
              .formatted(weights, String.join(", ", fitted.columns()), String.join(", ", target)));
    }
    return ForecastRequest.read(
        ForecastRequest.source(data), fitted.columns(), date, dateFormat, freq);
  }

  /** Where a saved model's forecast comes from. */
  Map<String, Object> facts(Path weights) throws IOException {
    String sha256 = ContentHash.of(ForecastRequest.source(data)).sha256();
    return Map.of("data", data, "model file", weights, "SHA-256", sha256);
  }

  /** How many forecasts of the last rows were asked for; 0 if nothing was said. */
  int backtests() {
    return backtest == null ? 0 : backtest;
  }
}
