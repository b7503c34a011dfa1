package dev.melange.cli;

import dev.melange.data.series.TimeSeries;
import dev.melange.papers.forecast.FittedSeries;
import dev.melange.papers.forecast.Forecaster;
import dev.melange.papers.forecast.Recipe;
import dev.melange.tensor.Engine;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
  private static final String COMMAND = "forecast";

  @Mixin private ForecastFitOptions fit;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = "Forecast with a model saved before, without fitting one.")
  private Path weights;

  @Mixin private RunFolderOptions folders;
  @Mixin private ComputeOptions compute;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    if (weights != null) {
      return predict(console);
    }
    Path folder = folders.resuming() ? resumed() : null;
    ForecastRequest request = folder == null ? fit.request(compute) : ForecastRequest.in(folder);
    if (folder != null) {
      fit.requireAgrees(request, folder, compute);
    }
    TimeSeries series = request.read();
    tell(console, series, request.options().fill());
    Engine.start(ComputeOptions.plan(Engine.Plan.defaults(), request.device(), request.threads()));
    try (Cancellation.Section section = cancellation.section()) {
      Fitting fitting = new Fitting(console, cancellation, folder, request);
      Forecaster fitted;
      try {
        fitted = Forecaster.fit(series, request.options(), fitting);
      } catch (CancellationException e) {
        console.warn("interrupted; go on with: melange forecast --resume " + fitting.folder);
        throw e;
      }
      try (Forecaster forecaster = fitted) {
        forecaster.save(
            fitting.folder.resolve(ForecastResults.WEIGHTS),
            Map.of(request.data(), request.sha256()));
        ForecastResults.write(
            console,
            fitting.folder,
            forecaster,
            series,
            forecaster.fitted().backtest(),
            Map.of("data", request.data(), "SHA-256", request.sha256()));
      }
    }
    return ExitCode.OK;
  }

  private Path resumed() throws IOException {
    Path folder = folders.resumed(COMMAND, ForecastResults.FILE);
    if (Files.exists(folder.resolve(ForecastResults.FILE))) {
      throw new IllegalArgumentException(
          "the fit in %s has ended; its results are there. To forecast newer data: melange forecast --weights %s --data FILE"
              .formatted(folder, folder.resolve(ForecastResults.WEIGHTS)));
    }
    return folder;
  }

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

    @Override
    public TrainingResult fit(Trainer trainer) throws IOException {
      return fit("", trainer);
    }

    @Override
    public TrainingResult fit(String stage, Trainer trainer) throws IOException {
      if (folder == null) {
        folder = folders.begin(COMMAND);
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

  private int predict(Console console) throws IOException {
    fit.requireNoFit();
    ForecastFitOptions.refuse("--resume", folders.resuming() ? "given" : null);
    compute.start();
    try (Forecaster forecaster = Forecaster.load(weights)) {
      FittedSeries fitted = forecaster.fitted();
      TimeSeries series = fit.read(weights, fitted);
      tell(console, series, fitted.fill());
      if (fit.backtests() > 0) {
        console.warn(
            "the model may have learned from rows of the back-test; its errors are then too small");
      }
      ForecastResults.write(
          console, folders.begin(COMMAND), forecaster, series, fit.backtests(), fit.facts(weights));
    }
    return ExitCode.OK;
  }
}
