package dev.melange.papers.forecast;

import dev.melange.tensor.Rng;
import java.util.Set;

/** {@link DLinear} as a forecaster. */
final class LinearForecast implements ForecastMethod {
  static final String NAME = "dlinear";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<? extends Record> configType() {
    return DLinear.Config.class;
  }

  @Override
  public Record config(Task task) {
    return new DLinear.Config(task.context(), task.horizon(), 25);
  }

  @Override
  public Set<String> dataKeys() {
    return Set.of("seq_len", "pred_len");
  }

  @Override
  public ForecastModel create(Record config, Rng rng) {
    return ForecastModel.of((DLinear.Config) config, rng);
  }

  @Override
  public Recipe recipe(Recipe usual) {
    return usual.linear(usual.epochs());
  }
}
