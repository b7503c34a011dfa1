package dev.melange.papers.forecast;

import dev.melange.component.Suggestions;
import dev.melange.data.series.Frequency;
import dev.melange.data.series.TimeSeries;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Method;
import dev.melange.report.Report;
import dev.melange.tensor.Rng;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A kind of network that a {@link Forecaster} can fit: what it is called, how it is configured for
 * a series, and how it is made. Papers offer theirs by {@link Method#forecasters()}.
 */
public interface ForecastMethod {
  /**
   * What is to be forecast.
   *
   * @param columns number of columns to forecast
   * @param known number of columns known beforehand
   * @param statics number of columns that do not change within a series
   * @param context history length, T
   * @param horizon steps ahead, H
   * @param season steps after which the series repeat themselves
   * @param marks the unit whose time features the windows carry; empty for none
   */
  record Task(
      int columns,
      int known,
      int statics,
      int context,
      int horizon,
      int season,
      Optional<Frequency.Unit> marks) {}

  /** The name that users type, such as {@code timemixer}. */
  String name();

  /** The record that configures it. */
  Class<? extends Record> configType();

  /** The configuration for a task, of {@link #configType()}. */
  Record config(Task task);

  /** The keys of the configuration that follow from the data and cannot be set. */
  Set<String> dataKeys();

  /** A network with initial weights from the stream. */
  ForecastModel create(Record config, Rng rng);

  /** Whether it uses time features of histories of a length. */
  default boolean usesTimes(int context) {
    return false;
  }

  /** Whether it uses columns known beforehand and columns that do not change. */
  default boolean usesCovariates() {
    return false;
  }

  /**
   * History lengths to choose from, falling; the longest that fits the series is taken.
   *
   * @param rows of the series
   */
  default List<Integer> contexts(int rows) {
    return List.of(96, 48, 24, 16, 8);
  }

  /**
   * The training for a series.
   *
   * @param usual batches for the number of windows, the number of epochs asked for, and a learning
   *     rate that suits TimeMixer
   */
  default Recipe recipe(Recipe usual) {
    return usual;
  }

  /**
   * The configuration of a network that describes distributions, for intervals.
   *
   * @throws IllegalArgumentException if this method forecasts points only
   */
  default Record withDistribution(Record config) {
    throw new IllegalArgumentException(
        "%s forecasts points, without intervals; a model with intervals is tsmixer"
            .formatted(name()));
  }

  /**
   * Trains a network without looking at the rows that it is to forecast, before it is fitted.
   *
   * @param model with initial weights
   * @param windows the training ones are learned, those of validation choose the epoch
   * @param recipe of the fit that follows
   * @param plan the epochs
   * @param run runs the trainers
   * @throws IllegalArgumentException if this method has no such training
   */
  default void pretrain(
      ForecastModel model,
      TrainingWindows windows,
      Recipe recipe,
      Pretraining plan,
      long seed,
      Recipe.Run run)
      throws IOException {
    throw new IllegalArgumentException(
        "%s has no self-supervised pretraining; a model that has is tsmixer".formatted(name()));
  }

  /**
   * What comes before a fit.
   *
   * @param epochs of training on the history alone
   * @param probeEpochs of fitting the head alone, before all weights are fitted
   */
  record Pretraining(int epochs, int probeEpochs) {
    /** Checks the numbers. */
    public Pretraining {
      if (epochs < 1 || probeEpochs < 0) {
        throw new IllegalArgumentException(
            "pretraining takes at least one epoch and probing at least none, got %d and %d"
                .formatted(epochs, probeEpochs));
      }
    }
  }

  /**
   * Adds to a report what only this network can show.
   *
   * @param forecaster a fitted one of this method
   * @param series what it forecasts
   * @param columns how many of the fitted columns to draw
   */
  default void explain(Report report, Forecaster forecaster, TimeSeries series, int columns) {}

  /** All methods: those of the papers, and the linear and the naive baseline. */
  static List<ForecastMethod> all() {
    return Stream.concat(
            Catalogue.methods().stream().flatMap(method -> method.forecasters().stream()),
            Stream.of(new LinearForecast(), new SeasonalForecast()))
        .toList();
  }

  /** The names of all methods. */
  static List<String> names() {
    return all().stream().map(ForecastMethod::name).toList();
  }

  /**
   * The method of a name.
   *
   * @throws IllegalArgumentException if there is none, with a suggestion
   */
  static ForecastMethod of(String name) {
    return all().stream()
        .filter(method -> method.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown model '%s'%s; expected %s"
                        .formatted(
                            name,
                            Suggestions.didYouMean(name, names()),
                            String.join(" or ", names()))));
  }
}
