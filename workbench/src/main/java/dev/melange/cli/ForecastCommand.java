package dev.melange.cli;

import dev.melange.data.series.TimeSeries;
import dev.melange.papers.forecast.FittedSeries;
import dev.melange.papers.forecast.Forecaster;
import dev.melange.papers.forecast.SeriesForecast;
import dev.melange.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
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
      "  melange forecast --data shops.csv --id shop --target sales --horizon 28     many series",
      "  melange forecast --data shops.csv --id shop --model tsm2 --known holiday --static size",
      "  melange forecast --data meter.csv --horizon 24 --freq h --resample mean --fill linear",
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
    List<TimeSeries> all = request.read();
    tell(console, all, request.options().targets(all.get(0)), request.options().fill());
    Engine.start(ComputeOptions.plan(Engine.Plan.defaults(), request.device(), request.threads()));
    try (Cancellation.Section section = cancellation.section()) {
      FitRun fitting =
          new FitRun(
              console,
              cancellation,
              folders,
              COMMAND,
              request.options().model(),
              folder,
              request::write);
      try (Forecaster forecaster = Forecaster.fit(all, request.options(), fitting)) {
        forecaster.save(
            fitting.folder().resolve(ForecastResults.WEIGHTS),
            Map.of(request.input().data(), request.input().sha256()));
        write(console, fitting, forecaster, all, request);
      } catch (CancellationException e) {
        fitting.tellInterrupted();
        throw e;
      }
    }
    return ExitCode.OK;
  }

  private static void write(
      Console console,
      FitRun fitting,
      Forecaster forecaster,
      List<TimeSeries> all,
      ForecastRequest request)
      throws IOException {
    int backtests = forecaster.fitted().backtest();
    boolean compared = request.baseline() && !forecaster.name().equals("dlinear");
    List<Forecaster> rivals = new ArrayList<>();
    try {
      if (backtests > 0 && compared) {
        rivals.add(
            forecaster.baseline(
                all, request.options(), trainer -> fitting.of("dlinear").fit("baseline", trainer)));
      }
      ForecastResults.write(
          console,
          fitting.folder(),
          forecaster,
          all.stream()
              .map(series -> SeriesForecast.of(forecaster, series, backtests, rivals))
              .toList(),
          request.input().facts());
    } finally {
      rivals.forEach(Forecaster::close);
    }
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

  private static void tell(
      Console console, List<TimeSeries> all, List<String> targets, String fill) {
    TimeSeries first = all.get(0);
    console.note(
        "%s: %,d rows%s, columns %s"
            .formatted(
                all.size() == 1 ? first.name() : "%,d series".formatted(all.size()),
                all.stream().mapToInt(TimeSeries::rows).sum(),
                first
                    .frequency()
                    .map(frequency -> " spaced by '" + frequency + "'")
                    .orElse(", no dates: steps are numbered"),
                ForecastResults.names(first.columns())));
    Map<String, Integer> missing = new LinkedHashMap<>();
    all.forEach(
        series ->
            series
                .slice(0, series.knownRows(targets))
                .missingByColumn()
                .forEach((column, count) -> missing.merge(column, count, Integer::sum)));
    int count = missing.values().stream().mapToInt(Integer::intValue).sum();
    if (count > 0 && !fill.equals("none")) {
      console.warn(
          "%,d missing values %s filled (%s): %s"
              .formatted(count, count == 1 ? "is" : "are", fill, missing));
    }
  }

  private int predict(Console console) throws IOException {
    fit.requireNoFit();
    ForecastFitOptions.refuse("--resume", folders.resuming() ? "given" : null);
    compute.start();
    try (Forecaster forecaster = Forecaster.load(weights)) {
      FittedSeries fitted = forecaster.fitted();
      SeriesInput input = fit.input(weights, fitted);
      List<String> beside = new ArrayList<>(fitted.known());
      beside.addAll(fitted.statics());
      List<TimeSeries> all = input.read(beside);
      tell(console, all, fitted.columns(), fitted.fill());
      if (fit.backtests() > 0) {
        console.warn(
            "the model may have learned from rows of the back-test; its errors are then too small");
      }
      Map<String, Object> facts = new LinkedHashMap<>(input.facts());
      facts.put("model file", weights);
      ForecastResults.write(
          console,
          folders.begin(COMMAND),
          forecaster,
          all.stream()
              .map(series -> SeriesForecast.of(forecaster, series, fit.backtests(), List.of()))
              .toList(),
          facts);
    }
    return ExitCode.OK;
  }
}
