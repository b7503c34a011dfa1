package dev.melange.papers.forecast;

import dev.melange.tensor.Rng;
import java.util.Set;

/** {@link SeasonalNaive} as a forecaster. */
final class SeasonalForecast implements ForecastMethod {
  static final String NAME = "seasonal-naive";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<? extends Record> configType() {
    return SeasonalNaive.Config.class;
  }

  @Override
  public Record config(Task task) {
    return new SeasonalNaive.Config(task.context(), task.horizon(), task.season());
  }

  @Override
  public Set<String> dataKeys() {
    return Set.of("seq_len", "pred_len", "season");
  }

  @Override
  public ForecastModel create(Record config, Rng rng) {
    SeasonalNaive layer = new SeasonalNaive((SeasonalNaive.Config) config);
    return ForecastModel.ofPoints(layer, config, batch -> layer.forward(batch.get("x")));
  }
}
