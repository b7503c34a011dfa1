package dev.melange.papers.timemixer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Default;
import dev.melange.papers.forecast.DLinear;
import dev.melange.papers.forecast.ForecastData;
import dev.melange.papers.forecast.ForecastModel;
import dev.melange.papers.forecast.ForecastTrials;
import dev.melange.papers.forecast.Recipe;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Rng;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.List;

/**
 * Long-term forecasts of TimeMixer with several scales and with one, of DLinear, and naive ones.
 */
final class TimeMixerStudy implements Study {
  /**
   * Settings.
   *
   * @param data data sets: {@code ETTh1}, {@code ETTh2} or {@code us-flights-hourly}
   * @param horizon steps forecast, one number or several
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
      List<Integer> horizon,
      int seq_len,
      int repetitions,
      @Default("null") Integer epochs,
      @Default("null") Integer batch_size,
      double window_share,
      int linear_epochs,
      boolean time_features) {
    Settings {
      if (data.isEmpty() || horizon.isEmpty() || repetitions < 1 || linear_epochs < 1) {
        throw new IllegalArgumentException(
            "data and horizon must not be empty, repetitions and linear_epochs must be positive;"
                + " got %s, %s, %d, %d".formatted(data, horizon, repetitions, linear_epochs));
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
            * settings.horizon().size()
            * (1 + settings.repetitions() * Method.values().length));
    TimeMixerResults results = new TimeMixerResults(run, settings);
    for (String name : settings.data()) {
      for (ForecastData data :
          ForecastTrials.data(
              run.data(), name, settings.seq_len(), settings.horizon(), settings.time_features())) {
        int horizon = data.split().horizon();
        String task = name + "-" + horizon;
        results.naive(
            name,
            horizon,
            run.trial(task + "-repeat-last", trial -> ForecastTrials.repeatLast(data)));
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
      ObjectNode json = ForecastTrials.trained(data, model, training);
      ForecastTrials.addPublished(json, data, model, settings.recipe(published).batch_size());
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
