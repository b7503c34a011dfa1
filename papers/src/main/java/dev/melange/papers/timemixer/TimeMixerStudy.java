package dev.melange.papers.timemixer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Default;
import dev.melange.data.series.Frequency;
import dev.melange.data.series.SeriesSplit;
import dev.melange.data.series.TimeSeries;
import dev.melange.papers.forecast.DLinear;
import dev.melange.papers.forecast.ForecastData;
import dev.melange.papers.forecast.ForecastErrors;
import dev.melange.papers.forecast.ForecastModel;
import dev.melange.papers.forecast.Recipe;
import dev.melange.papers.forecast.SeriesSets;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.EpochRecord;
import dev.melange.train.SeriesBatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Long-term forecasts of TimeMixer with several scales and with one, of DLinear, and naive ones.
 */
final class TimeMixerStudy implements Study {
  private static final int EVALUATION_BATCH = 256;

  /**
   * Settings.
   *
   * @param data data sets: {@code ETTh1}, {@code ETTh2} or {@code us-flights-hourly}
   * @param horizons steps forecast
   * @param seq_len history length
   * @param repetitions trainings of each method, with different seeds
   * @param epochs passes over the training windows; null for the published number
   * @param batch_size windows per step; null for the published number
   * @param window_share share of the training windows that an epoch takes
   * @param linear_epochs passes of DLinear, over all training windows
   * @param time_features whether the calendar features of the hours are used
   */
  record Settings(
      List<String> data,
      List<Integer> horizons,
      int seq_len,
      int repetitions,
      @Default("null") Integer epochs,
      @Default("null") Integer batch_size,
      double window_share,
      int linear_epochs,
      boolean time_features) {
    Settings {
      if (data.isEmpty() || horizons.isEmpty() || repetitions < 1 || linear_epochs < 1) {
        throw new IllegalArgumentException(
            "data and horizons must not be empty, repetitions and linear_epochs must be positive;"
                + " got %s, %s, %d, %d".formatted(data, horizons, repetitions, linear_epochs));
      }
    }

    Recipe recipe(LongTermSettings published) {
      return new Recipe(
          0.01,
          batch_size == null ? published.batchSize() : batch_size,
          epochs == null ? published.epochs() : epochs,
          10,
          "mse",
          "one-cycle",
          0.2,
          window_share);
    }
  }

  /** What is compared. */
  enum Method {
    TIMEMIXER("timemixer", "TimeMixer, 3 coarser scales"),
    ONE_SCALE("timemixer-one-scale", "TimeMixer, 1 coarser scale"),
    DLINEAR("dlinear", "DLinear");

    final String id;
    final String title;

    Method(String id, String title) {
      this.id = id;
      this.title = title;
    }

    ForecastModel model(LongTermSettings settings, int history, int horizon, Rng rng) {
      return switch (this) {
        case TIMEMIXER -> TimeMixerForecast.model(settings.config(history, horizon, 3), rng);
        case ONE_SCALE -> TimeMixerForecast.model(settings.config(history, horizon, 1), rng);
        case DLINEAR -> ForecastModel.of(new DLinear.Config(history, horizon, 25), rng);
      };
    }

    Recipe recipe(Settings settings, LongTermSettings published) {
      Recipe recipe = settings.recipe(published);
      return this == DLINEAR ? recipe.linear(settings.linear_epochs()) : recipe;
    }
  }

  @Override
  public String question() {
    return "Does a forecaster of MLPs that mixes several sampling scales beat a linear one, and do"
        + " more scales help?";
  }

  @Override
  public Record settings(Scale scale) {
    return switch (scale) {
      case SMOKE ->
          new Settings(List.of("us-flights-hourly"), List.of(24), 96, 1, 2, 32, 0.1, 1, false);
      case QUICK -> new Settings(List.of("ETTh1"), List.of(96), 96, 3, 4, null, 0.5, 8, false);
      case FULL ->
          new Settings(
              List.of("ETTh1", "ETTh2"), LongTermSettings.HORIZONS, 96, 3, null, null, 1, 10, true);
    };
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    Settings settings = run.settings(Settings.class);
    run.expect(
        settings.data().size()
            * settings.horizons().size()
            * (1 + settings.repetitions() * Method.values().length));
    TimeMixerResults results = new TimeMixerResults(run, settings);
    for (String name : settings.data()) {
      TimeSeries series = SeriesSets.read(run.data(), name);
      for (int horizon : settings.horizons()) {
        ForecastData data = data(series, name, settings, horizon);
        String task = name + "-" + horizon;
        results.naive(
            name, horizon, run.trial(task + "-repeat-last", trial -> repeatLast(data, horizon)));
        for (Method method : Method.values()) {
          for (int i = 0; i < settings.repetitions(); i++) {
            boolean pictured = method == Method.TIMEMIXER && i == 0;
            results.add(
                name,
                horizon,
                method,
                run.trial(
                    task + "-" + method.id,
                    i,
                    trial -> train(trial, method, settings, name, data, pictured)));
          }
        }
      }
    }
    return results.report();
  }

  private static ForecastData data(TimeSeries series, String name, Settings settings, int horizon) {
    SeriesSplit split = SeriesSets.split(series, name, settings.seq_len(), horizon);
    return ForecastData.of(
        series,
        split,
        settings.time_features() ? Optional.of(Frequency.Unit.HOUR) : Optional.empty());
  }

  private static ObjectNode repeatLast(ForecastData data, int horizon) {
    return errors(data, batch -> ForecastModel.repeatLast(batch.get("x"), horizon));
  }

  private static ObjectNode errors(ForecastData data, Function<TensorBatch, Tensor> forward) {
    ForecastErrors errors =
        ForecastErrors.of(
            SeriesBatches.of(data.windows(data.split().test()), EVALUATION_BATCH), forward);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("windows", errors.windows()).put("mse", errors.mse()).put("mae", errors.mae());
    Arrays.stream(errors.mseByStep()).forEach(json.putArray("mse_by_step")::add);
    return json;
  }

  private static ObjectNode train(
      Trial trial,
      Method method,
      Settings settings,
      String name,
      ForecastData data,
      boolean pictured)
      throws IOException {
    LongTermSettings published = LongTermSettings.of(name, data.series().columns().size());
    int horizon = data.split().horizon();
    Rng weights = new Rng(trial.seed());
    try (ForecastModel model = method.model(published, settings.seq_len(), horizon, weights)) {
      TrainingResult training =
          method.recipe(settings, published).fit(model, data, trial.seed(), trial::train);
      ObjectNode json = errors(data, model.forward());
      json.put("parameters", model.layer().parameterCount());
      json.put("best_epoch", training.bestEpoch());
      ArrayNode train = json.putArray("train_loss");
      ArrayNode valid = json.putArray("valid_loss");
      for (EpochRecord epoch : training.history()) {
        train.add(epoch.loss());
        valid.add(epoch.metrics().get("valid_loss"));
      }
      if (pictured) {
        pictures(json.putArray("pictures"), (TimeMixer) model.layer(), data);
      }
      trial.save(model.layer(), method.id + "_" + name + "_" + horizon, model.config());
      return json;
    }
  }

  // The last column is the one the data sets are published for.
  private static void pictures(ArrayNode array, TimeMixer model, ForecastData data) {
    var windows = data.windows(data.split().test());
    int column = data.series().columns().size() - 1;
    for (int index : new int[] {0, windows.size() / 3, 2 * windows.size() / 3}) {
      array.add((JsonNode) TimeMixerPictures.numbers(model, data, windows, index, column));
    }
  }
}
