package dev.melange.papers.timemixer;

import dev.melange.component.Inputs;
import dev.melange.data.DataException;
import dev.melange.data.series.SeriesSplit;
import dev.melange.data.series.StandardScaler;
import dev.melange.data.series.TimeSeries;
import dev.melange.data.series.Windows;
import dev.melange.metric.AnomalyDetection;
import dev.melange.papers.forecast.Recipe;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import dev.melange.train.SeriesBatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the time steps of a series that do not fit the rest: a TimeMixer learns to reconstruct
 * windows of normal rows, and a step's score is the mean squared error of its reconstruction.
 *
 * <pre>{@code
 * try (AnomalyDetector detector = AnomalyDetector.fit(normal, 96, Recipe.of(2), 1)) {
 *   AnomalyDetection found = detector.detect(normal, today, labels, 1.0);   // 1 % are anomalies
 * }
 * }</pre>
 *
 * <p>Nothing keeps the model from copying its input, and after a long training it does: then rare
 * rows are reconstructed as well as others. A few epochs are enough.
 */
public final class AnomalyDetector implements AutoCloseable {
  private static final int BATCH = 256;

  private final TimeMixer model;
  private final StandardScaler scaler;
  private final int length;

  private AnomalyDetector(TimeMixer model, StandardScaler scaler, int length) {
    this.model = model;
    this.scaler = scaler;
    this.length = length;
  }

  /** Fits a detector; see {@link #fit(TimeSeries, int, Recipe, long, Recipe.Run)}. */
  public static AnomalyDetector fit(TimeSeries normal, int length, Recipe recipe, long seed)
      throws IOException {
    return fit(normal, length, recipe, seed, Trainer::fit);
  }

  /**
   * Fits a detector.
   *
   * @param normal rows with few or no anomalies, none missing; the last tenth chooses the epoch
   * @param length rows of a window, T
   * @param recipe the training
   * @param seed of initial weights and all draws
   * @param run runs the trainer
   */
  public static AnomalyDetector fit(
      TimeSeries normal, int length, Recipe recipe, long seed, Recipe.Run run) throws IOException {
    int border = Math.min(normal.rows() - length, normal.rows() / 10 * 9);
    if (border < length) {
      throw new DataException(
          "%s has %,d rows; windows of %d rows for training and validation need %,d"
              .formatted(normal.name(), normal.rows(), length, 2 * length));
    }
    StandardScaler scaler = StandardScaler.fit(normal, 0, border);
    TimeMixer model =
        new TimeMixer(
            TimeMixerConfig.of(
                "anomaly_detection",
                length,
                1,
                normal.columns().size(),
                16,
                32,
                2,
                TimeMixerForecast.scales(length)),
            new Rng(seed));
    try {
      recipe.fit(
          model,
          batch -> Losses.mse(reconstruct(model, batch), batch.get("x")),
          recipe.trainBatches(windows(normal, scaler, length, 0, border), seed),
          SeriesBatches.of(windows(normal, scaler, length, border, normal.rows()), BATCH),
          seed,
          run);
    } catch (RuntimeException | IOException e) {
      model.close();
      throw e;
    }
    return new AnomalyDetector(model, scaler, length);
  }

  // Windows without targets: the horizon is 0.
  private static Windows windows(
      TimeSeries series, StandardScaler scaler, int length, int begin, int end) {
    SeriesSplit.Part part = new SeriesSplit.Part(begin, end);
    SeriesSplit split = new SeriesSplit(part, part, part, length, 0);
    return new Windows(series, scaler, split, part, Optional.empty());
  }

  private static Tensor reconstruct(TimeMixer model, TensorBatch batch) {
    return model.forward(new Inputs(Map.of("x_enc", batch.get("x")), model.isTraining()));
  }

  /**
   * The score of each row: the mean over columns of the squared error in scaled units. Windows lie
   * side by side; the last one ends with the series.
   *
   * @param series the columns of the fitted series, at least T rows, none missing
   * @return one per row
   */
  public double[] scores(TimeSeries series) {
    if (series.rows() < length) {
      throw new DataException(
          "%s has %,d rows, the detector looks at %d at a time"
              .formatted(series.name(), series.rows(), length));
    }
    double[] scores = new double[series.rows()];
    SeriesBatches tiles =
        SeriesBatches.of(windows(series, scaler, length, 0, series.rows()), BATCH).every(length);
    score(tiles, scores, 0);
    int rest = series.rows() % length;
    if (rest > 0) {
      double[] last = new double[length];
      int begin = series.rows() - length;
      score(SeriesBatches.of(windows(series, scaler, length, begin, series.rows()), 1), last, 0);
      System.arraycopy(last, length - rest, scores, series.rows() - rest, rest);
    }
    return scores;
  }

  private void score(Minibatches tiles, double[] scores, int at) {
    int next = at;
    try (Minibatches.Epoch batches = tiles.epoch(0, 0)) {
      while (batches.hasNext()) {
        try (Scope scope = Scope.open()) {
          TensorBatch batch = batches.next();
          Tensor error = Inference.run(batch, part -> reconstruct(model, part)).sub(batch.get("x"));
          double[] values = error.square().mean(2).toDoubles();
          System.arraycopy(values, 0, scores, next, values.length);
          next += values.length;
        }
      }
    }
  }

  /**
   * Flags the rows whose score is above a threshold, the percentile of the scores of both series
   * that leaves the expected share above it.
   *
   * @param normal the series the detector was fitted to
   * @param series the series to judge
   * @param labels whether each of its rows is an anomaly, for the figures of merit
   * @param percent expected share of anomalies
   * @return flags, threshold, raw and point-adjusted figures
   */
  public AnomalyDetection detect(
      TimeSeries normal, TimeSeries series, boolean[] labels, double percent) {
    return AnomalyDetection.of(scores(normal), scores(series), labels, percent);
  }

  /**
   * The rows that {@link #detect} flags, where nobody knows the truth.
   *
   * @return one flag per row of the series
   */
  public boolean[] flags(TimeSeries normal, TimeSeries series, double percent) {
    return Arrays.copyOf(
        detect(normal, series, new boolean[series.rows()], percent).raw(), series.rows());
  }

  @Override
  public void close() {
    model.close();
  }
}
