package dev.melange.papers.fields;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import java.util.List;
import java.util.Map;

/**
 * Points of a signal: all in each step, or as many random ones as a step may have. A batch has
 * {@code point} [n, axes] and {@code value} [n, C]. An epoch is any number of steps.
 */
final class PointBatches implements Minibatches {
  private final Signal signal;
  private final Places places;
  private final int points;
  private final int steps;
  private final long seed;
  private final boolean whole;

  PointBatches(Signal signal, Places places, int points, int steps, long seed) {
    if (points < 1 || steps < 1) {
      throw new IllegalArgumentException(
          "a step needs at least one point and an epoch one step, got %d and %d"
              .formatted(points, steps));
    }
    this.signal = signal;
    this.places = places;
    this.steps = steps;
    this.seed = seed;
    whole = signal.shape().points() <= points;
    this.points = whole ? (int) signal.shape().points() : points;
  }

  /** Writes the coordinates of a point of a grid. */
  static void coordinates(Places places, List<Integer> sizes, int point, float[] to, int row) {
    int axes = sizes.size();
    int rest = point;
    for (int axis = axes - 1; axis >= 0; axis--) {
      int size = sizes.get(axis);
      to[row * axes + axis] = places.at(rest % size, size);
      rest /= size;
    }
  }

  @Override
  public int size() {
    return Math.toIntExact(signal.shape().points());
  }

  @Override
  public int batches() {
    return steps;
  }

  @Override
  public Epoch epoch(int epoch, int firstBatch) {
    return new Epoch() {
      private int next = firstBatch;

      @Override
      public boolean hasNext() {
        return next < steps;
      }

      @Override
      public TensorBatch next() {
        return batch(new Rng(seed).fork(epoch, next++));
      }

      @Override
      public void close() {}
    };
  }

  private TensorBatch batch(Rng rng) {
    List<Integer> sizes = signal.shape().sizes();
    int channels = signal.shape().channels().size();
    int total = size();
    float[] coordinates = new float[points * sizes.size()];
    float[] values = new float[points * channels];
    for (int i = 0; i < points; i++) {
      int point = whole ? i : rng.nextInt(total);
      coordinates(places, sizes, point, coordinates, i);
      for (int c = 0; c < channels; c++) {
        values[i * channels + c] = signal.values()[c * total + point];
      }
    }
    return TensorBatch.of(
        Map.of(
            "point", Tensor.of(coordinates, points, sizes.size()),
            "value", Tensor.of(values, points, channels)));
  }

  @Override
  public String describe() {
    return "%s, %,d points of %,d a step, seed %d"
        .formatted(signal.shape(), points, signal.shape().points(), seed);
  }
}
