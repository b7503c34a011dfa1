package dev.melange.train;

import dev.melange.data.DataException;
import dev.melange.data.Shuffle;
import dev.melange.data.series.Windows;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Windows of a time series as batches: {@code x} [B, T, N], {@code y} [B, H, N] in scaled units
 * and, if the windows have time features, {@code x_mark} [B, T, d] and {@code y_mark} [B, H, d]; if
 * they have columns known for the horizon, {@code future} [B, H, F], and if they have columns that
 * do not change, {@code static} [B, S].
 *
 * <p>Windows overlap, so all of them would take T + H times the memory of the series; they are cut
 * out of it batch by batch instead.
 *
 * <pre>{@code
 * SeriesSplit split = SeriesSplit.ett(series.rows(), 24, 96, 96);
 * StandardScaler scaler = StandardScaler.fit(series, split.train().begin(), split.train().end());
 * Minibatches train =
 *     SeriesBatches.of(new Windows(series, scaler, split, split.train()), 128).shuffled(1).dropLast();
 * Minibatches test = SeriesBatches.of(new Windows(series, scaler, split, split.test()), 256);
 * }</pre>
 */
public final class SeriesBatches implements Minibatches {
  private final List<Windows> parts;
  private final Windows windows; // the first of the parts: all have its sizes
  private final int[] begins; // of the parts' windows in the numbering of all
  private final int batchSize;
  private final int stride;
  private final boolean shuffle;
  private final long seed;
  private final double share;
  private final boolean dropLast;

  private SeriesBatches(
      List<Windows> parts,
      int batchSize,
      int stride,
      boolean shuffle,
      long seed,
      double share,
      boolean dropLast) {
    this.parts = parts;
    this.windows = parts.get(0);
    this.begins = new int[parts.size() + 1];
    for (int i = 0; i < parts.size(); i++) {
      begins[i + 1] = begins[i] + parts.get(i).size();
    }
    this.batchSize = batchSize;
    this.stride = stride;
    this.shuffle = shuffle;
    this.seed = seed;
    this.share = share;
    this.dropLast = dropLast;
    if (batchSize < 1) {
      throw new IllegalArgumentException("batch size must be at least 1, got " + batchSize);
    }
    if (size() == 0) {
      throw new DataException(
          "no window is left of %,d when a share of %s is taken".formatted(candidates(), share));
    }
    if (batches() == 0) {
      throw new DataException(
          "%,d windows do not fill one batch of %,d; use a smaller batch size"
              .formatted(size(), batchSize));
    }
  }

  /**
   * All windows in their order.
   *
   * @param windows of one part of a split
   * @param batchSize windows per batch; the last batch may be smaller
   */
  public static SeriesBatches of(Windows windows, int batchSize) {
    return of(List.of(windows), batchSize);
  }

  /**
   * All windows of several series, those of the first one first.
   *
   * @param parts windows of the same lengths and columns
   * @param batchSize windows per batch; the last batch may be smaller
   */
  public static SeriesBatches of(List<Windows> parts, int batchSize) {
    Windows first = parts.get(0);
    for (Windows other : parts) {
      if (other.inputLength() != first.inputLength()
          || other.horizon() != first.horizon()
          || other.variables() != first.variables()
          || other.known() != first.known()
          || other.constants() != first.constants()
          || other.marks() != first.marks()) {
        throw new IllegalArgumentException(
            "windows of several series must have the same lengths and columns; those of the first have %d + %d rows of %d columns, others %d + %d rows of %d"
                .formatted(
                    first.inputLength(),
                    first.horizon(),
                    first.variables(),
                    other.inputLength(),
                    other.horizon(),
                    other.variables()));
      }
    }
    List<Windows> filled = parts.stream().filter(part -> part.size() > 0).toList();
    return new SeriesBatches(
        filled.isEmpty() ? List.of(first) : filled, batchSize, 1, false, 0, 1, false);
  }

  /** In another order in each epoch. */
  public SeriesBatches shuffled(long orderSeed) {
    return new SeriesBatches(parts, batchSize, stride, true, orderSeed, share, dropLast);
  }

  /** Without a last batch that is smaller than the others. */
  public SeriesBatches dropLast() {
    return new SeriesBatches(parts, batchSize, stride, shuffle, seed, share, true);
  }

  /**
   * Only a part of the windows, another random one in each epoch when shuffled (otherwise the first
   * ones).
   *
   * @param part in (0, 1]
   */
  public SeriesBatches share(double part) {
    if (!(part > 0 && part <= 1)) {
      throw new IllegalArgumentException("the share of windows lies in (0, 1], got " + part);
    }
    return new SeriesBatches(parts, batchSize, stride, shuffle, seed, part, dropLast);
  }

  /** Only every so many windows, beginning with the first: H for targets that do not overlap. */
  public SeriesBatches every(int step) {
    if (step < 1) {
      throw new IllegalArgumentException("the step between windows is at least 1, got " + step);
    }
    return new SeriesBatches(parts, batchSize, step, shuffle, seed, share, dropLast);
  }

  private int candidates() {
    return (begins[parts.size()] + stride - 1) / stride;
  }

  @Override
  public int size() {
    return (int) (candidates() * share);
  }

  @Override
  public int batches() {
    return dropLast ? size() / batchSize : (size() + batchSize - 1) / batchSize;
  }

  @Override
  public Epoch epoch(int epoch, int firstBatch) {
    int[] order = shuffle ? Shuffle.epoch(candidates(), seed, epoch) : null;
    return new Epoch() {
      private int next = firstBatch;

      @Override
      public boolean hasNext() {
        return next < batches();
      }

      @Override
      public TensorBatch next() {
        int from = next * batchSize;
        int to = Math.min(size(), from + batchSize);
        next++;
        int[] chosen = new int[to - from];
        for (int i = 0; i < chosen.length; i++) {
          chosen[i] = stride * (order == null ? from + i : order[from + i]);
        }
        return cut(chosen);
      }

      @Override
      public void close() {}
    };
  }

  private TensorBatch cut(int[] chosen) {
    int t = windows.inputLength();
    int h = windows.horizon();
    int n = windows.variables();
    int known = windows.known();
    Map<String, Tensor> batch = new LinkedHashMap<>();
    batch.put("x", values(chosen, 0, t, 0, n));
    batch.put("y", values(chosen, t, h, 0, n));
    if (windows.marks() > 0) {
      batch.put("x_mark", marks(chosen, 0, t));
      batch.put("y_mark", marks(chosen, t, h));
    }
    if (known > 0) {
      batch.put("future", values(chosen, t, h, n, known));
    }
    if (windows.constants() > 0) {
      batch.put("static", values(chosen, 0, 1, n + known, windows.constants()).squeeze(1));
    }
    return TensorBatch.of(
        batch,
        i -> {
          int part = number(chosen[i]);
          return parts.get(part).id(chosen[i] - begins[part]);
        });
  }

  // Which part a window belongs to.
  private int number(int index) {
    int place = Arrays.binarySearch(begins, index);
    return place < 0 ? -place - 2 : place;
  }

  private Tensor values(int[] chosen, int row, int rows, int first, int columns) {
    int width = rows * columns;
    float[] data = new float[chosen.length * width];
    for (int i = 0; i < chosen.length; i++) {
      int part = number(chosen[i]);
      int own = chosen[i] - begins[part];
      parts.get(part).copyValues(own, row, rows, first, columns, data, i * width);
    }
    return Tensor.of(data, chosen.length, rows, columns);
  }

  private Tensor marks(int[] chosen, int row, int rows) {
    int width = rows * windows.marks();
    float[] data = new float[chosen.length * width];
    for (int i = 0; i < chosen.length; i++) {
      int part = number(chosen[i]);
      parts.get(part).copyMarks(chosen[i] - begins[part], row, rows, data, i * width);
    }
    return Tensor.of(data, chosen.length, rows, windows.marks());
  }

  @Override
  public String describe() {
    return "%,d windows of %d + %d rows, batches of %d%s%s%s"
        .formatted(
            size(),
            windows.inputLength(),
            windows.horizon(),
            batchSize,
            shuffle ? ", shuffled with seed " + seed : ", in order",
            size() < begins[parts.size()] ? " out of %,d".formatted(begins[parts.size()]) : "",
            dropLast ? ", last incomplete batch left out" : "");
  }
}
