package dev.melange.papers.forecast;

import dev.melange.nn.Layer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.Objective;
import dev.melange.train.TensorBatch;
import java.util.function.Function;

/**
 * A forecaster of windows in scaled units.
 *
 * @param layer its weights; closed with the model
 * @param config its configuration
 * @param forward from a batch with {@code x} [B, T, N] (and {@code x_mark}, {@code y_mark} if the
 *     data have them) to the forecast [B, H, N]
 * @param objective the loss of its training on batches with {@code x} and {@code y}; null for that
 *     of the {@link Recipe}
 * @param sampler draws futures; null if it forecasts points only
 * @param mixesTimes whether a window's forecast depends on the time features of the other windows
 *     of its batch, which must then not be cut into parts
 */
public record ForecastModel(
    Layer layer,
    Record config,
    Function<TensorBatch, Tensor> forward,
    Objective objective,
    Sampler sampler,
    boolean mixesTimes)
    implements AutoCloseable {
  /** Draws futures from a forecast distribution. */
  @FunctionalInterface
  public interface Sampler {
    /**
     * Draws.
     *
     * @param batch with {@code x} [B, T, N]
     * @param count futures per window, S
     * @return [B, S, H, N] in scaled units, on the CPU
     */
    Tensor sample(TensorBatch batch, int count, Rng rng);
  }

  /** A forecaster of points that is trained with the loss of the {@link Recipe}. */
  public static ForecastModel ofPoints(
      Layer layer, Record config, Function<TensorBatch, Tensor> forward) {
    return new ForecastModel(layer, config, forward, null, null, false);
  }

  /** A DLinear with initial weights from the stream. */
  public static ForecastModel of(DLinear.Config config, Rng rng) {
    DLinear model = new DLinear(config, rng);
    return ofPoints(model, config, batch -> model.forward(batch.get("x")));
  }

  /** The forecast that repeats the last value: [B, T, N] to [B, H, N]. */
  public static Tensor repeatLast(Tensor x, int horizon) {
    return seasonal(x, 1, horizon);
  }

  /** The forecast that repeats the last {@code season} values: [B, T, N] to [B, H, N]. */
  public static Tensor seasonal(Tensor x, int season, int horizon) {
    long length = x.size(1);
    if (season < 1 || season > length) {
      throw new IllegalArgumentException(
          "a season of %d steps does not lie within a history of %d".formatted(season, length));
    }
    Tensor last = x.slice(1, length - season, length);
    return last.repeat(1, (horizon + season - 1) / season, 1).narrow(1, 0, horizon);
  }

  @Override
  public void close() {
    layer.close();
  }
}
