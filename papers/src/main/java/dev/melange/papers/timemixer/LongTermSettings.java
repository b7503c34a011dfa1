package dev.melange.papers.timemixer;

import dev.melange.data.series.Frequency;
import dev.melange.papers.forecast.Recipe;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The official settings of long-term forecasting on one data set: model and training, with a
 * history of 96 steps.
 *
 * @param data the data set
 * @param channels its columns
 * @param layers mixing blocks
 * @param features d_model
 * @param hidden d_ff
 * @param batchSize windows per step
 * @param epochs passes over the training windows
 */
record LongTermSettings(
    String data, int channels, int layers, int features, int hidden, int batchSize, int epochs) {
  static final int HISTORY = 96;

  /** Published horizons. */
  static final List<Integer> HORIZONS = List.of(96, 192, 336, 720);

  static final List<LongTermSettings> ALL =
      List.of(
          new LongTermSettings("ETTh1", 7, 2, 16, 32, 128, 10),
          new LongTermSettings("ETTh2", 7, 2, 16, 32, 16, 10),
          new LongTermSettings("ETTm1", 7, 2, 16, 32, 16, 10),
          new LongTermSettings("ETTm2", 7, 2, 32, 32, 128, 10),
          new LongTermSettings("Weather", 21, 3, 16, 32, 128, 20),
          new LongTermSettings("Electricity", 321, 3, 16, 32, 32, 20),
          new LongTermSettings("Traffic", 862, 3, 32, 64, 8, 10));

  /** The settings of a data set; those of ETTh1 with other channels for an unpublished one. */
  static LongTermSettings of(String data, int channels) {
    return ALL.stream()
        .filter(settings -> settings.data.equals(data))
        .findFirst()
        .orElseGet(() -> new LongTermSettings(data, channels, 2, 16, 32, 128, 10));
  }

  /** The name of its model for a horizon. */
  String modelName(int horizon) {
    return "timemixer_" + data.toLowerCase(Locale.ROOT) + "_" + horizon;
  }

  TimeMixerConfig config(int horizon) {
    return config(HISTORY, horizon, 3);
  }

  /** With another history and number of coarser scales. */
  TimeMixerConfig config(int history, int horizon, int scales) {
    return TimeMixerConfig.of(
        "long_term_forecast", history, horizon, channels, features, hidden, layers, scales);
  }

  /** The unit of its time features: hours, also for the sets by the minute. */
  Optional<Frequency.Unit> marks() {
    return Optional.of(Frequency.Unit.HOUR);
  }

  Recipe recipe() {
    return new Recipe(0.01, batchSize, epochs, 10, "mse", "one-cycle", 0.2, 1);
  }
}
