package dev.melange.papers.timemixer;

import dev.melange.component.Inputs;
import dev.melange.data.DataException;
import dev.melange.data.Shuffle;
import dev.melange.papers.forecast.ForecastLosses;
import dev.melange.papers.forecast.Recipe;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Forecasts many short series of one kind with one TimeMixer, as in the M4 competition: the history
 * is twice the horizon, the loss is SMAPE, and each step draws where each of its series is cut into
 * history and future.
 *
 * <pre>{@code
 * try (ShortTermForecaster forecaster =
 *     ShortTermForecaster.fit(monthly, 18, Recipe.of(50), 1)) {
 *   double[][] next = forecaster.forecast(monthly);      // 18 values each
 * }
 * }</pre>
 *
 * <p>{@link dev.melange.metric.M4Summary} scores such forecasts against those of {@link
 * dev.melange.metric.Naive2}.
 */
public final class ShortTermForecaster implements AutoCloseable {
  private static final int BATCH = 256;
  private static final long CUT = 1;

  /** Cuts lie within so many horizons of a series' end. */
  private static final double SAMPLED_HORIZONS = 1.5;

  private final TimeMixer model;
  private final int horizon;

  private ShortTermForecaster(TimeMixer model, int horizon) {
    this.model = model;
    this.horizon = horizon;
  }

  /** Fits a forecaster; see {@link #fit(List, int, Recipe, long, Recipe.Run)}. */
  public static ShortTermForecaster fit(
      List<double[]> series, int horizon, Recipe recipe, long seed) throws IOException {
    return fit(series, horizon, recipe, seed, Trainer::fit);
  }

  /**
   * Fits a forecaster. The last H values of each series choose the epoch and are not learned.
   *
   * @param series each longer than 2 H, none missing
   * @param horizon steps to forecast, H
   * @param recipe the training; its loss is not used. Official: batches of 128, 50 epochs
   * @param seed of initial weights and all draws
   * @param run runs the trainer
   */
  public static ShortTermForecaster fit(
      List<double[]> series, int horizon, Recipe recipe, long seed, Recipe.Run run)
      throws IOException {
    for (int i = 0; i < series.size(); i++) {
      if (series.get(i).length <= 2 * horizon) {
        throw new DataException(
            "series %d has %d values; a horizon of %d needs more than %d"
                .formatted(i, series.get(i).length, horizon, 2 * horizon));
      }
    }
    TimeMixer model =
        new TimeMixer(
            TimeMixerConfig.of("short_term_forecast", 2 * horizon, horizon, 1, 32, 32, 4, 1),
            new Rng(seed));
    try {
      int batch = Math.min(recipe.batch_size(), series.size());
      recipe.fit(
          model,
          part ->
              ForecastLosses.smape(
                  forecast(model, part).squeeze(2), part.get("y"), part.get("y_known")),
          new Cuts(series, horizon, batch, seed, true),
          new Cuts(series, horizon, BATCH, seed, false),
          seed,
          run);
    } catch (RuntimeException | IOException e) {
      model.close();
      throw e;
    }
    return new ShortTermForecaster(model, horizon);
  }

  private static Tensor forecast(TimeMixer model, TensorBatch batch) {
    return model.forward(new Inputs(Map.of("x_enc", batch.get("x")), model.isTraining()));
  }

  /**
   * Forecasts the values after the end of each series.
   *
   * @param series none empty; of each the last 2 H values are used
   * @return H values each
   */
  public double[][] forecast(List<double[]> series) {
    double[][] forecasts = new double[series.size()][];
    for (int from = 0; from < forecasts.length; from += BATCH) {
      int first = from;
      int count = Math.min(BATCH, forecasts.length - from);
      Scope.run(
          () -> {
            float[] x = new float[count * 2 * horizon];
            for (int i = 0; i < count; i++) {
              double[] own = series.get(first + i);
              history(own, own.length, 2 * horizon, x, i * 2 * horizon);
            }
            TensorBatch batch = TensorBatch.of(Map.of("x", Tensor.of(x, count, 2L * horizon, 1)));
            Tensor y = Inference.run(batch, part -> forecast(model, part));
            for (int i = 0; i < count; i++) {
              forecasts[first + i] = y.get(i).toDoubles();
            }
          });
    }
    return forecasts;
  }

  // The values before a cut at the end of the window; zeros before the series begins.
  private static void history(double[] series, int cut, int length, float[] x, int at) {
    for (int i = Math.max(0, length - cut); i < length; i++) {
      x[at + i] = (float) series[cut - length + i];
    }
  }

  @Override
  public void close() {
    model.close();
  }

  /** Histories {@code x} [B, 2 H, 1], futures {@code y} and {@code y_known} [B, H]. */
  private static final class Cuts implements Minibatches {
    private final List<double[]> series;
    private final int horizon;
    private final int batchSize;
    private final long seed;
    private final boolean train;

    Cuts(List<double[]> series, int horizon, int batchSize, long seed, boolean train) {
      this.series = series;
      this.horizon = horizon;
      this.batchSize = batchSize;
      this.seed = seed;
      this.train = train;
    }

    @Override
    public int size() {
      return series.size();
    }

    @Override
    public int batches() {
      return train ? size() / batchSize : (size() + batchSize - 1) / batchSize;
    }

    @Override
    public Epoch epoch(int epoch, int firstBatch) {
      int[] order = train ? Shuffle.epoch(size(), seed, epoch) : null;
      return new Epoch() {
        private int next = firstBatch;

        @Override
        public boolean hasNext() {
          return next < batches();
        }

        @Override
        public TensorBatch next() {
          int from = next * batchSize;
          int count = Math.min(size(), from + batchSize) - from;
          Rng rng = new Rng(seed).fork(CUT, epoch, next);
          next++;
          int[] chosen = new int[count];
          for (int i = 0; i < count; i++) {
            chosen[i] = order == null ? from + i : order[from + i];
          }
          return cut(chosen, rng);
        }

        @Override
        public void close() {}
      };
    }

    private TensorBatch cut(int[] chosen, Rng rng) {
      float[] x = new float[chosen.length * 2 * horizon];
      float[] y = new float[chosen.length * horizon];
      float[] known = new float[y.length];
      for (int i = 0; i < chosen.length; i++) {
        double[] own = series.get(chosen[i]);
        int end = train ? own.length - horizon : own.length;
        int first = Math.max(1, end - (int) (SAMPLED_HORIZONS * horizon));
        int cut = train ? first + rng.nextInt(end - first) : own.length - horizon;
        history(own, cut, 2 * horizon, x, i * 2 * horizon);
        for (int step = 0; step < Math.min(horizon, end - cut); step++) {
          y[i * horizon + step] = (float) own[cut + step];
          known[i * horizon + step] = 1;
        }
      }
      Map<String, Tensor> batch = new LinkedHashMap<>();
      batch.put("x", Tensor.of(x, chosen.length, 2L * horizon, 1));
      batch.put("y", Tensor.of(y, chosen.length, horizon));
      batch.put("y_known", Tensor.of(known, chosen.length, horizon));
      return TensorBatch.of(batch, i -> "series " + chosen[i]);
    }

    @Override
    public String describe() {
      return "%,d series, horizon %d, batches of %d, seed %d"
          .formatted(size(), horizon, batchSize, seed);
    }
  }
}
