package dev.melange.papers.mambamixer;

import dev.melange.papers.forecast.ForecastMethod;
import dev.melange.papers.forecast.ForecastModel;
import dev.melange.papers.forecast.Recipe;
import dev.melange.tensor.Rng;
import java.util.Set;

/** TSM2, {@link SeriesMambaMixer}, as a forecaster. */
final class SeriesMambaForecast implements ForecastMethod {
  @Override
  public String name() {
    return "tsm2";
  }

  @Override
  public Class<? extends Record> configType() {
    return SeriesMambaMixer.Config.class;
  }

  @Override
  public Record config(Task task) {
    return new SeriesMambaMixer.Config(
        task.context(),
        task.horizon(),
        task.columns(),
        2,
        8,
        4,
        2,
        1,
        true,
        task.known(),
        task.statics());
  }

  /** The configuration for the ETT data sets, with other lengths and columns. */
  static SeriesMambaMixer.Config config(int history, int horizon, int columns) {
    return new SeriesMambaMixer.Config(history, horizon, columns, 2, 8, 4, 2, 1, true, 0, 0);
  }

  @Override
  public boolean usesCovariates() {
    return true;
  }

  @Override
  public Set<String> dataKeys() {
    return Set.of("seq_len", "pred_len", "enc_in", "num_future", "num_static");
  }

  @Override
  public ForecastModel create(Record config, Rng rng) {
    SeriesMambaMixer model = new SeriesMambaMixer((SeriesMambaMixer.Config) config, rng);
    return ForecastModel.ofPoints(
        model,
        config,
        batch ->
            model.forward(
                batch.get("x"),
                batch.has("future") ? batch.get("future") : null,
                batch.has("static") ? batch.get("static") : null));
  }

  /** Adam with a learning rate of 0.001. */
  @Override
  public Recipe recipe(Recipe usual) {
    return usual.linear(usual.epochs());
  }
}
