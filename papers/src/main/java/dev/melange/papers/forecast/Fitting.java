package dev.melange.papers.forecast;

import dev.melange.data.DataException;
import dev.melange.data.series.Frequency;
import dev.melange.data.series.SeriesSplit;
import dev.melange.data.series.StandardScaler;
import dev.melange.data.series.TimeSeries;
import dev.melange.data.series.Windows;
import dev.melange.tensor.Rng;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Fits a {@link Forecaster}: prepares the series, cuts their windows, and trains. */
final class Fitting {
  private Fitting() {}

  /** As {@link Forecaster#fit(List, ForecastOptions, Recipe.Run)}. */
  static Forecaster fit(List<TimeSeries> all, ForecastOptions options, Recipe.Run run)
      throws IOException {
    TimeSeries first = all.get(0);
    String frequency = first.frequency().map(Frequency::code).orElse(null);
    List<String> targets = options.targets(first);
    List<PreparedSeries> prepared = new ArrayList<>();
    for (TimeSeries series : all) {
      if (!Objects.equals(frequency, series.frequency().map(Frequency::code).orElse(null))) {
        throw new DataException(
            "%s is spaced by '%s', %s by '%s'; series forecast together must be spaced alike"
                .formatted(
                    first.name(),
                    frequency,
                    series.name(),
                    series.frequency().map(Frequency::code).orElse("no dates")));
      }
      PreparedSeries.checkVaries(series, targets);
      prepared.add(
          PreparedSeries.of(series, targets, options.known(), options.statics(), options.fill()));
    }
    ForecastPlan plan = ForecastPlan.of(prepared, options);
    int[] ends = plan.splits().stream().mapToInt(split -> split.train().end()).toArray();
    FittedSeries fitted =
        new FittedSeries(
            first.name(),
            targets,
            options.known(),
            options.statics(),
            PreparedSeries.scales(prepared, ends, targets.size()),
            frequency,
            plan.marks().isPresent(),
            plan.split().inputLength(),
            plan.split().horizon(),
            plan.season(),
            plan.backtest(),
            options.fill(),
            options.interval());
    return fit(windows(prepared, plan, fitted), plan, fitted, options, run);
  }

  private static TrainingWindows windows(
      List<PreparedSeries> prepared, ForecastPlan plan, FittedSeries fitted) {
    List<Windows> train = new ArrayList<>();
    List<Windows> valid = new ArrayList<>();
    for (int i = 0; i < prepared.size(); i++) {
      SeriesSplit split = plan.splits().get(i);
      StandardScaler scaler = fitted.scales().get(i).scaler();
      for (SeriesSplit.Part part : List.of(split.train(), split.valid())) {
        (part.equals(split.train()) ? train : valid)
            .add(
                new Windows(
                    prepared.get(i).table(),
                    scaler,
                    split,
                    part,
                    plan.marks(),
                    fitted.known().size(),
                    fitted.statics().size()));
      }
    }
    return new TrainingWindows(train, valid);
  }

  private static Forecaster fit(
      TrainingWindows windows,
      ForecastPlan plan,
      FittedSeries fitted,
      ForecastOptions options,
      Recipe.Run run)
      throws IOException {
    ForecastMethod method = ForecastMethod.of(options.model());
    ForecastModel model = method.create(plan.config(), new Rng(options.seed()));
    try {
      if (options.pretrain() > 0) {
        method.pretrain(
            model,
            windows,
            plan.recipe(),
            new ForecastMethod.Pretraining(options.pretrain(), options.probe()),
            options.seed(),
            run);
      }
      // the naive baseline has no weights
      TrainingResult training =
          model.layer().parameters().isEmpty()
              ? null
              : plan.recipe().fit(model, windows, options.seed(), run);
      return new Forecaster(
          options.model(), fitted, model, plan.recipe(), options.seed(), training);
    } catch (RuntimeException | IOException e) {
      model.close();
      throw e;
    }
  }
}
