package dev.melange.cli;

import dev.melange.component.Configs;
import dev.melange.data.ContentHash;
import dev.melange.data.Source;
import dev.melange.data.series.TimeSeries;
import dev.melange.papers.forecast.FittedSeries;
import dev.melange.papers.forecast.ForecastMethod;
import dev.melange.papers.forecast.ForecastOptions;
import dev.melange.papers.forecast.Forecaster;
import dev.melange.papers.forecast.Recipe;
import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Forecasts a user's series. */
@Command(
    name = "forecast",
    description =
        "Forecast a time series from a CSV file: fits a model, tests it on the last rows against"
            + " naive forecasts, and writes the rows after the end. Ctrl-C saves; --resume goes on.",
    footer = {
      "  melange forecast --data power.csv --target OT --horizon 96",
      "  melange forecast --data sales.csv --horizon 12 --freq m --fill linear --backtest 3",
      "  melange forecast --data us-flights-hourly --target late --horizon 24   bundled data",
      "  melange forecast --data power.csv --horizon 96 --model tsmixer --interval 80",
      "  melange forecast --weights runs/forecast/20260102-030405/model.safetensors --data new.csv",
      "  melange forecast --resume                          the newest fit that has not ended"
    })
final class ForecastCommand extends Subcommand {
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

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

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = "Forecast with a model saved before, without fitting one.")
  private Path weights;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "runs",
      description = "Where results are kept (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--resume",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "DIR",
      description = "Go on with the fit in DIR, or with the newest that has not ended.")
  private String resume;

  @Option(
      names = "--device",
      paramLabel = "cpu|cuda",
      description = "Where to compute (default cpu, or MELANGE_DEVICE).")
  private String device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Worker threads (default: one per core, or MELANGE_THREADS).")
  private Integer threads;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    if (weights != null) {
      return predict(console);
    }
    Path folder = resume == null ? null : resumed();
    ForecastRequest request = folder == null ? requested() : ForecastRequest.in(folder);
    if (folder != null) {
      requireAgrees(request, folder);
    }
    TimeSeries series = request.read();
    tell(console, series, request.options().fill());
    start(request.device(), request.threads());
    try (Cancellation.Section section = cancellation.section()) {
      Fitting fitting = new Fitting(console, cancellation, folder, request);
      Forecaster fitted;
      try {
        fitted = Forecaster.fit(series, request.options(), fitting);
      } catch (CancellationException e) {
        console.warn("interrupted; go on with: melange forecast --resume " + fitting.folder());
        throw e;
      }
      try (Forecaster forecaster = fitted) {
        forecaster.save(
            fitting.folder().resolve(ForecastResults.WEIGHTS),
            Map.of(request.data(), request.sha256()));
        ForecastResults.write(
            console,
            fitting.folder(),
            forecaster,
            series,
            forecaster.fitted().backtest(),
            Map.of("data", request.data(), "SHA-256", request.sha256()));
      }
    }
    return ExitCode.OK;
  }

  /** Starts the engine; null leaves the default. */
  private static void start(String device, Integer threads) {
    Engine.Plan plan = Engine.Plan.defaults();
    int workers = threads == null ? plan.workers() : threads;
    Engine.start(
        new Engine.Plan(
            device == null ? plan.device() : Device.of(device),
            workers,
            workers,
            plan.precision()));
  }

  // ---- requests ----

  private ForecastRequest requested() throws IOException {
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
        threads == null ? plan.workers() : threads,
        device == null ? plan.device().toString() : device,
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

  private Path resumed() throws IOException {
    if (!resume.isEmpty()) {
      Path folder = Path.of(resume);
      if (Files.exists(folder.resolve(ForecastResults.FILE))) {
        throw new IllegalArgumentException(
            "the fit in %s has ended; its results are there. To forecast newer data: melange forecast --weights %s --data FILE"
                .formatted(folder, folder.resolve(ForecastResults.WEIGHTS)));
      }
      return folder;
    }
    Path parent = out.resolve("forecast");
    if (Files.isDirectory(parent)) {
      try (Stream<Path> folders = Files.list(parent)) {
        var newest =
            folders
                .filter(path -> Files.exists(path.resolve("config.json")))
                .filter(path -> !Files.exists(path.resolve(ForecastResults.FILE)))
                .max(Comparator.comparing(path -> path.getFileName().toString()));
        if (newest.isPresent()) {
          return newest.get();
        }
      }
    }
    throw new IllegalArgumentException(
        "there is no unfinished fit in %s; begin one with: melange forecast --data FILE --horizon N"
            .formatted(parent));
  }

  /** A resumed fit goes on as it began; options that say something else are refused. */
  private void requireAgrees(ForecastRequest old, Path folder) {
    ForecastOptions options = old.options();
    Path path = data == null ? null : Path.of(data);
    String given = path != null && Files.exists(path) ? path.toAbsolutePath().toString() : data;
    requireSame(folder, "--data", given, old.data());
    requireSame(folder, "--target", target, old.target());
    requireSame(folder, "--date", date, old.date());
    requireSame(folder, "--date-format", dateFormat, old.date_format());
    requireSame(folder, "--freq", freq, old.freq());
    requireSame(folder, "--threads", threads, old.threads());
    requireSame(folder, "--device", device, old.device());
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

  // ---- work ----

  private static void tell(Console console, TimeSeries series, String fill) {
    console.note(
        "%s: %,d rows%s, forecasting %s"
            .formatted(
                series.name(),
                series.rows(),
                series
                    .frequency()
                    .map(frequency -> " spaced by '" + frequency + "'")
                    .orElse(", no dates: steps are numbered"),
                ForecastResults.names(series.columns())));
    if (series.missing() > 0 && !fill.equals("none")) {
      console.warn(
          "%,d missing values %s filled (%s): %s"
              .formatted(
                  series.missing(),
                  series.missing() == 1 ? "is" : "are",
                  fill,
                  Forecaster.missing(series)));
    }
    for (int c = 0; c < series.columns().size(); c++) {
      int column = c;
      double[] distinct =
          IntStream.range(0, series.rows())
              .mapToDouble(row -> series.get(row, column))
              .filter(value -> !Double.isNaN(value))
              .distinct()
              .limit(2)
              .toArray();
      if (distinct.length == 1) {
        console.warn(
            "column '%s' is constant (%s); there is nothing to learn from it"
                .formatted(series.columns().get(c), distinct[0]));
      }
    }
  }

  /** A fit in its folder, which is made when the data have turned out to be usable. */
  private final class Fitting implements Recipe.Run {
    private final Console console;
    private final Cancellation cancellation;
    private final ForecastRequest request;
    private Path folder;

    Fitting(Console console, Cancellation cancellation, Path folder, ForecastRequest request) {
      this.console = console;
      this.cancellation = cancellation;
      this.folder = folder;
      this.request = request;
    }

    Path folder() {
      return folder;
    }

    @Override
    public TrainingResult fit(Trainer trainer) throws IOException {
      return fit("", trainer);
    }

    @Override
    public TrainingResult fit(String stage, Trainer trainer) throws IOException {
      if (folder == null) {
        folder = newFolder();
        request.write(folder);
      }
      String work = stage.isEmpty() ? "fitting" : stage;
      try (FitProgress progress =
          new FitProgress(console, work + " " + request.options().model())) {
        return trainer
            .checkpoints(Files.createDirectories(folder.resolve("checkpoints").resolve(stage)))
            .listener(progress)
            .cancellation(cancellation)
            .fit();
      }
    }
  }

  private Path newFolder() throws IOException {
    Path parent = Files.createDirectories(out.resolve("forecast"));
    String time = LocalDateTime.now(ZoneId.systemDefault()).format(NAME);
    Path folder = null;
    for (int number = 1; folder == null; number++) {
      try {
        folder = Files.createDirectory(parent.resolve(number == 1 ? time : time + "-" + number));
      } catch (FileAlreadyExistsException e) {
        folder = null; // another forecast of the same second has this name
      }
    }
    return folder;
  }

  private int predict(Console console) throws IOException {
    require("--data", data);
    refuse("--resume", resume);
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
    start(device, threads);
    try (Forecaster forecaster = Forecaster.load(weights)) {
      FittedSeries fitted = forecaster.fitted();
      if (horizon != null && horizon != fitted.horizon()) {
        throw new IllegalArgumentException(
            "%s forecasts %d steps, not %d; fit another model for that"
                .formatted(weights, fitted.horizon(), horizon));
      }
      if (target != null && !target.equals(fitted.columns())) {
        throw new IllegalArgumentException(
            "%s forecasts %s, not %s"
                .formatted(
                    weights, String.join(", ", fitted.columns()), String.join(", ", target)));
      }
      Source source = ForecastRequest.source(data);
      TimeSeries series = ForecastRequest.read(source, fitted.columns(), date, dateFormat, freq);
      tell(console, series, fitted.fill());
      if (backtest != null && backtest > 0) {
        console.warn(
            "the model may have learned from rows of the back-test; its errors are then too small");
      }
      ForecastResults.write(
          console,
          newFolder(),
          forecaster,
          series,
          backtest == null ? 0 : backtest,
          Map.of("data", data, "model file", weights, "SHA-256", ContentHash.of(source).sha256()));
    }
    return ExitCode.OK;
  }

  private static void refuse(String option, Object given) {
    if (given != null) {
      throw new IllegalArgumentException(
          option + " belongs to fitting a model; with --weights it has no use");
    }
  }
}
