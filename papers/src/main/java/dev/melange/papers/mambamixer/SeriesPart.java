package dev.melange.papers.mambamixer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.series.Windows;
import dev.melange.papers.forecast.DLinear;
import dev.melange.papers.forecast.ForecastData;
import dev.melange.papers.forecast.ForecastModel;
import dev.melange.papers.forecast.ForecastTrials;
import dev.melange.papers.forecast.Recipe;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.Trial;
import dev.melange.report.Chart;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import dev.melange.train.SeriesBatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Forecasts of TSM2, of DLinear, and the last value repeated, under the ETT protocol. */
final class SeriesPart {
  private static final String TSM2 = "TSM2";
  private static final String DLINEAR = "DLinear";
  private static final String REPEAT = "last value repeated";
  private static final int EVALUATION_BATCH = 256;
  private static final double LEARNING_RATE = 1e-3;
  private static final int PATIENCE = 3;
  private static final int MOVING_AVERAGE = 25;

  private final StudyRun run;
  private final MambaMixerSettings.Series settings;
  private final ForecastData data;
  private final Contest contest = new Contest("mse", "%.4f", false);

  SeriesPart(StudyRun run, MambaMixerSettings.Series settings) throws IOException {
    this.run = run;
    this.settings = settings;
    data =
        ForecastTrials.data(
                run.data(), settings.data(), settings.seq_len(), List.of(settings.horizon()), false)
            .get(0);
  }

  /** How many trials there are. */
  static int trials(MambaMixerSettings.Series settings) {
    return 1 + 2 * settings.seeds();
  }

  /** Trains all, reports, and says what was found. */
  List<Finding> run(boolean main) throws IOException {
    JsonNode pictured = null;
    for (boolean linear : new boolean[] {false, true}) {
      for (int i = 0; i < settings.seeds(); i++) {
        boolean shown = !linear && i == 0;
        ObjectNode result =
            run.trial(
                "series-" + (linear ? "dlinear" : "tsm2"), i, trial -> train(linear, shown, trial));
        contest.add(linear ? DLINEAR : TSM2, result);
        pictured = shown ? result : pictured;
      }
    }
    ObjectNode repeated = run.trial("series-repeat-last", trial -> ForecastTrials.repeatLast(data));
    contest.add(REPEAT, repeated);
    run.check(
        "TSM2 forecasts %s with a smaller error than the last value repeated."
            .formatted(settings.data()),
        contest.mean(TSM2) < contest.mean(REPEAT));
    report(pictured);
    return List.of(
        contest.below(
            "TSM2 forecasts %s, %d steps from %d, with a smaller mean squared error than DLinear."
                .formatted(settings.data(), settings.horizon(), settings.seq_len()),
            TSM2,
            DLINEAR,
            main));
  }

  private Recipe recipe(boolean linear) {
    int epochs = linear ? settings.linear_epochs() : settings.epochs();
    return new Recipe(
        LEARNING_RATE,
        settings.batch(),
        epochs,
        PATIENCE,
        "mse",
        "constant",
        0.2,
        settings.window_share());
  }

  private ForecastModel model(boolean linear, Rng rng) {
    int history = settings.seq_len();
    int horizon = settings.horizon();
    if (linear) {
      return ForecastModel.of(new DLinear.Config(history, horizon, MOVING_AVERAGE), rng);
    }
    int columns = data.series().columns().size();
    return new SeriesMambaForecast()
        .create(SeriesMambaForecast.config(history, horizon, columns), rng);
  }

  private ObjectNode train(boolean linear, boolean shown, Trial trial) throws IOException {
    try (ForecastModel model = model(linear, new Rng(trial.seed()))) {
      TrainingResult result = recipe(linear).fit(model, data, trial.seed(), trial::train);
      ObjectNode json = ForecastTrials.trained(data, model, result);
      json.set("mse_by_epoch", json.get("valid_loss"));
      if (shown) {
        picture(json.putArray("pictures"), model);
      }
      trial.save(model.layer(), linear ? "dlinear" : "tsm2", model.config());
      return json;
    }
  }

  // The last column is the one the ETT data sets are published for.
  private void picture(ArrayNode array, ForecastModel model) {
    Windows test = data.windows(data.split().test());
    int column = data.series().columns().size() - 1;
    double mean = data.scaler().mean()[column];
    double std = data.scaler().std()[column];
    int batches = (test.size() + EVALUATION_BATCH - 1) / EVALUATION_BATCH;
    for (int number : new int[] {0, batches / 2}) {
      try (Scope scope = Scope.open();
          var guard = Autograd.noGrad();
          Minibatches.Epoch epoch = SeriesBatches.of(test, EVALUATION_BATCH).epoch(0, number)) {
        TensorBatch batch = epoch.next().slice(0, 1).to(Engine.get().device());
        ObjectNode json = array.addObject();
        put(json, "history", batch.get("x"), column, mean, std);
        put(json, "truth", batch.get("y"), column, mean, std);
        put(json, "forecast", model.forward().apply(batch), column, mean, std);
      }
    }
  }

  private static void put(
      ObjectNode json, String key, Tensor values, int column, double mean, double std) {
    double[] scaled = values.select(2, column).get(0).to(Device.CPU).toDoubles();
    ArrayNode array = json.putArray(key);
    Arrays.stream(scaled).map(value -> value * std + mean).forEach(array::add);
  }

  private void report(JsonNode pictured) {
    run.report().section("Forecasts of " + settings.data());
    run.result(
        contest.table(
            "%s: %d steps from %d, scaled values, %d seeds, means over %,d test windows"
                .formatted(
                    settings.data(),
                    settings.horizon(),
                    settings.seq_len(),
                    settings.seeds(),
                    pictured.get("windows").asInt()),
            "forecast"));
    run.report()
        .charts(contest.curves("Mean squared error on the validation windows"))
        .charts(
            IntStream.range(0, pictured.get("pictures").size())
                .mapToObj(i -> forecast(pictured.get("pictures").get(i), i + 1))
                .toList());
    run.compare(
        "mean squared error on %s, %d from %d"
            .formatted(settings.data(), settings.horizon(), settings.seq_len()),
        "not given in the abstract; DLinear 0.393 and the last value repeated 1.294 on ETTh1, 96 from 96, as usually published",
        contest.describe());
  }

  private Chart forecast(JsonNode json, int number) {
    double[] history = Contest.doubles(json.get("history"));
    double[] truth = Contest.doubles(json.get("truth"));
    String column = data.series().columns().get(data.series().columns().size() - 1);
    return Chart.xy("Forecast of TSM2, test window %d".formatted(number))
        .x("steps from the forecast's start")
        .y(column)
        .line("history", steps(1 - history.length, history.length), history)
        .line("truth", steps(1, truth.length), truth)
        .line("forecast", steps(1, truth.length), Contest.doubles(json.get("forecast")))
        .build();
  }

  private static double[] steps(int from, int count) {
    return IntStream.range(from, from + count).asDoubleStream().toArray();
  }
}
