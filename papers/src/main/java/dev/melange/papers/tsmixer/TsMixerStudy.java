package dev.melange.papers.tsmixer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.papers.forecast.ForecastData;
import dev.melange.papers.forecast.ForecastModel;
import dev.melange.papers.forecast.ForecastTrials;
import dev.melange.papers.forecast.NormalizedLinear;
import dev.melange.papers.forecast.Recipe;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Autograd;
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
import java.util.Map;

/**
 * Long-term forecasts of TSMixer with and without gates and mixing of channels, of a transformer
 * over the same patches, of a linear model, and of repeating the last value.
 */
final class TsMixerStudy implements Study {
  private static final int ATTENTION_HEADS = 4;

  /**
   * Settings.
   *
   * @param data data sets: {@code ETTh1}, {@code ETTh2} or {@code us-flights-hourly}
   * @param horizon steps forecast, one number or several
   * @param context history length
   * @param patch_length steps of a patch
   * @param patch_stride steps from one patch to the next
   * @param d_model features of a patch; the transformer's hidden networks are twice as wide
   * @param num_layers layers of both networks
   * @param dropout rate inside the networks
   * @param head_dropout rate before the heads
   * @param seeds trainings of gated TSMixer, the transformer and the linear model
   * @param ablation_seeds trainings of the other two TSMixers
   * @param epochs passes over the training windows, at most
   * @param patience epochs without a better validation error before the end
   * @param batch_size windows per step
   * @param learning_rate the peak of the cycle
   * @param window_share share of the training windows that an epoch takes
   */
  record Settings(
      List<String> data,
      List<Integer> horizon,
      int context,
      int patch_length,
      int patch_stride,
      int d_model,
      int num_layers,
      double dropout,
      double head_dropout,
      int seeds,
      int ablation_seeds,
      int epochs,
      int patience,
      int batch_size,
      double learning_rate,
      double window_share) {
    Settings {
      if (data.isEmpty() || horizon.isEmpty() || seeds < 1 || ablation_seeds < 1) {
        throw new IllegalArgumentException(
            "data and horizon must not be empty, seeds and ablation_seeds must be positive; got %s, %s, %d, %d"
                .formatted(data, horizon, seeds, ablation_seeds));
      }
    }

    Recipe recipe() {
      return new Recipe(
          learning_rate, batch_size, epochs, patience, "mse", "one-cycle", 0.2, window_share);
    }

    /** The network for a series. */
    TsMixerConfig config(int channels, int horizon, boolean gated, boolean mixed) {
      return Configs.with(
          Configs.defaults(TsMixerConfig.class),
          Map.ofEntries(
              Map.entry("context_length", "" + context),
              Map.entry("patch_length", "" + patch_length),
              Map.entry("patch_stride", "" + patch_stride),
              Map.entry("num_input_channels", "" + channels),
              Map.entry("prediction_length", "" + horizon),
              Map.entry("d_model", "" + d_model),
              Map.entry("num_layers", "" + num_layers),
              Map.entry("dropout", "" + dropout),
              Map.entry("head_dropout", "" + head_dropout),
              Map.entry("gated_attn", "" + gated),
              Map.entry("mode", mixed ? "mix_channel" : "common_channel")));
    }
  }

  /** What is compared. */
  enum Rival {
    GATED("tsmixer", "TSMixer"),
    UNGATED("tsmixer-no-gates", "TSMixer without gates"),
    MIXED("tsmixer-mixed-channels", "TSMixer that mixes channels"),
    TRANSFORMER("patch-transformer", "transformer over patches"),
    LINEAR("linear", "linear model");

    final String id;
    final String title;

    Rival(String id, String title) {
      this.id = id;
      this.title = title;
    }

    int seeds(Settings settings) {
      return this == UNGATED || this == MIXED ? settings.ablation_seeds() : settings.seeds();
    }

    ForecastModel model(Settings settings, int channels, int horizon, Rng rng) {
      TsMixerConfig config = settings.config(channels, horizon, this != UNGATED, this == MIXED);
      return switch (this) {
        case GATED, UNGATED, MIXED -> TsMixerForecast.model(config, rng);
        case TRANSFORMER -> {
          PatchTransformer network =
              new PatchTransformer(config, ATTENTION_HEADS, 2 * settings.d_model(), rng);
          yield ForecastModel.ofPoints(network, config, batch -> network.forward(batch.get("x")));
        }
        case LINEAR -> {
          NormalizedLinear.Config sizes = new NormalizedLinear.Config(settings.context(), horizon);
          NormalizedLinear network = new NormalizedLinear(sizes, rng);
          yield ForecastModel.ofPoints(network, sizes, batch -> network.forward(batch.get("x")));
        }
      };
    }
  }

  @Override
  public String question() {
    return "Do small gated MLPs over patches forecast as well as attention over the same patches, and better than a linear model?";
  }

  @Override
  public Record settings(Scale scale) {
    return switch (scale) {
      case SMOKE ->
          new Settings(
              List.of("us-flights-hourly"),
              List.of(24),
              64,
              8,
              8,
              8,
              1,
              0,
              0,
              1,
              1,
              2,
              2,
              32,
              3e-3,
              0.1);
      case QUICK ->
          new Settings(
              List.of("ETTh1"),
              List.of(96),
              512,
              16,
              16,
              32,
              3,
              0.2,
              0.2,
              3,
              1,
              4,
              4,
              64,
              1e-3,
              0.5);
      case FULL ->
          new Settings(
              List.of("ETTh1", "ETTh2"),
              List.of(96, 192, 336, 720),
              512,
              16,
              8,
              32,
              8,
              0.1,
              0.7,
              5,
              5,
              100,
              10,
              64,
              1e-3,
              1);
    };
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    Settings settings = run.settings(Settings.class);
    int trials = 1;
    for (Rival rival : Rival.values()) {
      trials += rival.seeds(settings);
    }
    run.expect(settings.data().size() * settings.horizon().size() * trials);
    TsMixerResults results = new TsMixerResults(run, settings);
    for (String name : settings.data()) {
      for (ForecastData data :
          ForecastTrials.data(run.data(), name, settings.context(), settings.horizon(), false)) {
        String task = name + "-" + data.split().horizon();
        results.naive(
            task, run.trial(task + "-repeat-last", trial -> ForecastTrials.repeatLast(data)));
        for (Rival rival : Rival.values()) {
          for (int i = 0; i < rival.seeds(settings); i++) {
            boolean pictured = i == 0;
            results.add(
                task,
                rival,
                run.trial(
                    task + "-" + rival.id,
                    i,
                    trial -> train(trial, rival, settings, task, data, pictured)));
          }
        }
      }
    }
    return results.report();
  }

  private static ObjectNode train(
      Trial trial, Rival rival, Settings settings, String task, ForecastData data, boolean pictured)
      throws IOException {
    int channels = data.series().columns().size();
    int horizon = data.split().horizon();
    try (ForecastModel model = rival.model(settings, channels, horizon, new Rng(trial.seed()))) {
      TrainingResult training = settings.recipe().fit(model, data, trial.seed(), trial::train);
      ObjectNode json = ForecastTrials.trained(data, model, training);
      if (pictured) {
        picture(json, model, data);
      }
      trial.save(model.layer(), rival.id + "_" + task, model.config());
      return json;
    }
  }

  /** One test window's forecast of the last column, and the gates over its patches. */
  private static void picture(ObjectNode json, ForecastModel model, ForecastData data) {
    var windows = data.windows(data.split().test());
    int column = data.series().columns().size() - 1;
    int index = windows.size() / 2;
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad();
        Minibatches.Epoch single = SeriesBatches.of(windows, 1).epoch(0, index)) {
      TensorBatch batch = single.next().to(Engine.get().device());
      ObjectNode drawn = json.putObject("picture");
      drawn.put("column", data.series().columns().get(column)).put("window", index);
      ForecastTrials.put(drawn, "history", column(batch.get("x"), column, data));
      ForecastTrials.put(drawn, "truth", column(batch.get("y"), column, data));
      ForecastTrials.put(drawn, "forecast", column(model.forward().apply(batch), column, data));
      if (model.layer() instanceof TsMixer mixer && mixer.config().gated_attn()) {
        ArrayNode layers = json.putArray("gates");
        for (Tensor gate : mixer.patchGates(batch.get("x"), null)) {
          double[] shares = gate.get(0).select(0, column).mean(0).toDoubles();
          Arrays.stream(shares).map(share -> share * shares.length).forEach(layers.addArray()::add);
        }
      }
    }
  }

  private static double[] column(Tensor x, int column, ForecastData data) {
    double mean = data.scaler().mean()[column];
    double std = data.scaler().std()[column];
    return Arrays.stream(x.get(0).select(1, column).toDoubles())
        .map(value -> value * std + mean)
        .toArray();
  }
}
