package dev.melange.papers.forecast;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataSets;
import dev.melange.data.series.Frequency;
import dev.melange.data.series.TimeSeries;
import dev.melange.data.series.Windows;
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

/** Data and results that the trials of forecasting studies share: the long-term protocol. */
public final class ForecastTrials {
  private static final int EVALUATION_BATCH = 256;

  private ForecastTrials() {}

  /**
   * A named series for each horizon, split as published and scaled by its training rows.
   *
   * @param name see {@link SeriesSets}
   * @param history steps, T
   * @param horizons steps ahead, H
   * @param hours whether the windows carry the calendar features of hours
   */
  public static List<ForecastData> data(
      DataSets sets, String name, int history, List<Integer> horizons, boolean hours)
      throws IOException {
    TimeSeries series = SeriesSets.read(sets, name);
    Optional<Frequency.Unit> marks = hours ? Optional.of(Frequency.Unit.HOUR) : Optional.empty();
    return horizons.stream()
        .map(
            horizon ->
                ForecastData.of(series, SeriesSets.split(series, name, history, horizon), marks))
        .toList();
  }

  /**
   * Errors over all test windows: {@code windows}, {@code mse}, {@code mae}, {@code mse_by_step}.
   *
   * @param forward from a batch to a forecast [B, H, N]
   */
  public static ObjectNode errors(ForecastData data, Function<TensorBatch, Tensor> forward) {
    ForecastErrors errors = ForecastErrors.of(test(data, EVALUATION_BATCH), forward);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("windows", errors.windows()).put("mse", errors.mse()).put("mae", errors.mae());
    put(json, "mse_by_step", errors.mseByStep());
    return json;
  }

  /** The errors of repeating the last value. */
  public static ObjectNode repeatLast(ForecastData data) {
    int horizon = data.split().horizon();
    return errors(data, batch -> ForecastModel.repeatLast(batch.get("x"), horizon));
  }

  /**
   * The errors of a trained model, with its parameters and the course of its training: {@code
   * best_epoch}, {@code train_loss} and {@code valid_loss}.
   */
  public static ObjectNode trained(
      ForecastData data, ForecastModel model, TrainingResult training) {
    ObjectNode json = errors(data, model.forward());
    json.put("parameters", model.layer().parameterCount());
    json.put("best_epoch", training.bestEpoch());
    ArrayNode train = json.putArray("train_loss");
    ArrayNode valid = json.putArray("valid_loss");
    for (EpochRecord epoch : training.history()) {
      train.add(epoch.loss());
      valid.add(epoch.metrics().get("valid_loss"));
    }
    return json;
  }

  /**
   * Adds the errors over the windows that published figures count, {@code published_windows},
   * {@code published_mse} and {@code published_mae}: those of full batches in order.
   *
   * @param batch windows per step
   */
  public static void addPublished(
      ObjectNode json, ForecastData data, ForecastModel model, int batch) {
    if (data.windows(data.split().test()).size() < batch) {
      return;
    }
    ForecastErrors errors = ForecastErrors.of(test(data, batch).dropLast(), model.forward());
    json.put("published_windows", errors.windows());
    json.put("published_mse", errors.mse()).put("published_mae", errors.mae());
  }

  private static SeriesBatches test(ForecastData data, int batch) {
    Windows windows = data.windows(data.split().test());
    return SeriesBatches.of(windows, batch);
  }

  /** Adds an array of numbers. */
  public static void put(ObjectNode json, String name, double[] values) {
    Arrays.stream(values).forEach(json.putArray(name)::add);
  }
}
