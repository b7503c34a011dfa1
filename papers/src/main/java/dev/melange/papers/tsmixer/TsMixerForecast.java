package dev.melange.papers.tsmixer;

import dev.melange.component.Configs;
import dev.melange.data.series.TimeSeries;
import dev.melange.papers.forecast.ForecastMethod;
import dev.melange.papers.forecast.ForecastModel;
import dev.melange.papers.forecast.Forecaster;
import dev.melange.papers.forecast.Recipe;
import dev.melange.papers.forecast.TrainingWindows;
import dev.melange.report.Chart;
import dev.melange.report.Report;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** {@link TsMixer} as a forecaster, with limits and masked pretraining if asked for. */
final class TsMixerForecast implements ForecastMethod {
  private static final String BACKBONE = "model.";
  private static final double LEARNING_RATE = 0.001;
  private static final double MASKED = 0.4;
  private static final long VALIDATION_MASKS = 1;

  /** Rows of a series from which on a history is used. */
  private static final Map<Integer, Integer> LONG = new LinkedHashMap<>();

  static {
    LONG.put(512, 6000);
    LONG.put(256, 3000);
  }

  @Override
  public String name() {
    return "tsmixer";
  }

  @Override
  public Class<? extends Record> configType() {
    return TsMixerConfig.class;
  }

  @Override
  public List<Integer> contexts(int rows) {
    List<Integer> contexts = new ArrayList<>();
    LONG.forEach(
        (context, least) -> {
          if (rows >= least) {
            contexts.add(context);
          }
        });
    contexts.addAll(ForecastMethod.super.contexts(rows));
    return contexts;
  }

  @Override
  public Record config(Task task) {
    int patch = patch(task.context());
    return Configs.with(
        Configs.defaults(TsMixerConfig.class),
        Map.of(
            "context_length", Integer.toString(task.context()),
            "prediction_length", Integer.toString(task.horizon()),
            "num_input_channels", Integer.toString(task.columns()),
            "patch_length", Integer.toString(patch),
            "patch_stride", Integer.toString(patch),
            "d_model", Integer.toString(Math.max(16, 2 * patch))));
  }

  /** Steps of a patch: a 32nd of a long history, more of a short one. */
  private static int patch(int context) {
    return context >= 256 ? 16 : context >= 64 ? 8 : context >= 16 ? 4 : Math.max(1, context / 4);
  }

  @Override
  public Set<String> dataKeys() {
    return Set.of(
        "task",
        "context_length",
        "prediction_length",
        "num_input_channels",
        "prediction_channel_indices");
  }

  @Override
  public Recipe recipe(Recipe usual) {
    return usual.withLearningRate(LEARNING_RATE);
  }

  @Override
  public Record withDistribution(Record config) {
    return Configs.with((TsMixerConfig) config, Map.of("loss", "nll"));
  }

  @Override
  public ForecastModel create(Record config, Rng rng) {
    return model((TsMixerConfig) config, rng);
  }

  /** A TSMixer with initial weights from the stream. */
  static ForecastModel model(TsMixerConfig config, Rng rng) {
    if (config.isDistribution() && config.distribution() == DistributionOutput.NEGATIVE_BINOMIAL) {
      throw new IllegalArgumentException(
          "the negative binomial is for counts, but a forecaster scales its series; set distribution_output to student_t or normal");
    }
    TsMixer model = new TsMixer(config, rng);
    if (!config.isDistribution()) {
      return ForecastModel.ofPoints(
          model, config, batch -> model.forecast(batch.get("x"), null).point());
    }
    return new ForecastModel(
        model,
        config,
        batch -> model.forecast(batch.get("x"), null).point(),
        batch -> model.loss(model.forecast(batch.get("x"), null), batch.get("y")),
        (batch, count, stream) -> model.sample(model.forecast(batch.get("x"), null), count, stream),
        false);
  }

  /** Section 3.3: patches are hidden and reconstructed; the backbone's weights are kept. */
  @Override
  public void pretrain(
      ForecastModel model,
      TrainingWindows windows,
      Recipe recipe,
      Pretraining plan,
      long seed,
      Recipe.Run run)
      throws IOException {
    TsMixerConfig masked =
        Configs.with(
            (TsMixerConfig) model.config(),
            Map.of("task", "pretrain", "random_mask_ratio", Double.toString(MASKED)));
    try (TsMixer network = new TsMixer(masked, new Rng(seed))) {
      recipe
          .withEpochs(plan.epochs())
          .fit(
              network,
              batch -> hidden(network, batch.get("x")),
              recipe.trainBatches(windows.train(), seed),
              Recipe.validBatches(windows.valid()),
              seed,
              trainer -> run.fit("pretraining", trainer));
      Map<String, Tensor> backbone = new LinkedHashMap<>(network.state());
      backbone.keySet().removeIf(name -> !name.startsWith(BACKBONE));
      model.layer().loadMatching(backbone);
    }
    if (plan.probeEpochs() > 0) {
      probe(model, windows, recipe.withEpochs(plan.probeEpochs()), seed, run);
    }
  }

  // Validation hides the same patches in each epoch, so that epochs can be compared.
  private static Tensor hidden(TsMixer network, Tensor x) {
    return network.isTraining()
        ? network.reconstruct(x, null, null).loss()
        : new Rng(VALIDATION_MASKS).run(() -> network.reconstruct(x, null, null).loss());
  }

  private static void probe(
      ForecastModel model, TrainingWindows windows, Recipe recipe, long seed, Recipe.Run run)
      throws IOException {
    TsMixer network = (TsMixer) model.layer();
    network.freezeBackbone(true);
    try {
      recipe.fit(model, windows, seed, trainer -> run.fit("probing", trainer));
    } finally {
      network.freezeBackbone(false);
    }
  }

  @Override
  public void explain(Report report, Forecaster forecaster, TimeSeries series, int columns) {
    TsMixer model = (TsMixer) forecaster.model().layer();
    if (model.config().gated_attn()) {
      report
          .section("What the model listens to")
          .paragraph(
              "The gates over the patches of the history, mean over features and layers: 1 is an even share.")
          .charts(List.of(gates(model, forecaster, series, columns)));
    }
  }

  private static Chart gates(TsMixer model, Forecaster forecaster, TimeSeries series, int columns) {
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor x = forecaster.window(series).get("x");
      int patches = model.config().patches();
      double[][] shares = new double[columns][patches];
      List<Tensor> layers = model.patchGates(x, null);
      for (Tensor gate : layers) {
        Tensor mean = gate.get(0).mean(1); // [C, N]
        for (int c = 0; c < columns; c++) {
          double[] row = mean.get(c).toDoubles();
          for (int n = 0; n < patches; n++) {
            shares[c][n] += row[n] * patches / layers.size();
          }
        }
      }
      int stride = model.config().patch_stride();
      return Chart.heatMap("Share of each patch", shares)
          .rows(forecaster.fitted().columns().subList(0, columns))
          .columns(
              IntStream.range(0, patches)
                  .mapToObj(n -> Integer.toString((n - patches) * stride))
                  .toList())
          .x("step at which the patch begins, 0 is the first one forecast")
          .build();
    }
  }
}
