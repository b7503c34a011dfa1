package dev.melange.train;

import dev.melange.data.Batch;
import dev.melange.data.DataException;
import dev.melange.data.Loader;
import dev.melange.data.Shuffle;
import dev.melange.tensor.Tensor;
import java.util.Map;
import java.util.function.Function;

/**
 * Data as a sequence of batches of tensors, epoch by epoch. What an epoch holds is a pure function
 * of the data, the seed and the epoch's number, and an epoch can be entered at any batch, so that
 * training resumes exactly.
 */
public interface Minibatches {
  /** Number of examples. */
  int size();

  /** Batches per epoch. */
  int batches();

  /**
   * The batches of an epoch from one of them on.
   *
   * @param epoch from 0
   * @param firstBatch from 0 to {@link #batches()}
   */
  Epoch epoch(int epoch, int firstBatch);

  /** In words what a resumed run must agree on: sizes, order, seed. */
  String describe();

  /**
   * The batches of one epoch, in order. Tensors belong to the scope in which they were asked for.
   */
  interface Epoch extends AutoCloseable {
    /** Whether there is another batch. */
    boolean hasNext();

    /** The next batch. */
    TensorBatch next();

    @Override
    void close();
  }

  /**
   * Batches of a loader, which prepares examples ahead on threads of its own.
   *
   * @param loader the examples, in batches
   * @param collate makes the tensors of a batch
   */
  static <T> Minibatches of(Loader<T> loader, Function<Batch<T>, Map<String, Tensor>> collate) {
    return new Minibatches() {
      @Override
      public int size() {
        return loader.data().size();
      }

      @Override
      public int batches() {
        return loader.batches();
      }

      @Override
      public Epoch epoch(int epoch, int firstBatch) {
        Loader.Batches<T> batches = loader.epoch(epoch, firstBatch);
        return new Epoch() {
          @Override
          public boolean hasNext() {
            return batches.hasNext();
          }

          @Override
          public TensorBatch next() {
            Batch<T> batch = batches.next();
            return TensorBatch.of(collate.apply(batch), batch.ids()::get);
          }

          @Override
          public void close() {
            batches.close();
          }
        };
      }

      @Override
      public String describe() {
        Loader.Config config = loader.config();
        return describeOrder(
            size(), config.batchSize(), config.shuffle(), config.dropLast(), config.seed());
      }
    };
  }

  /**
   * Batches of tensors in memory, shuffled anew in each epoch; a smaller last batch is left out.
   *
   * @param columns tensors with the examples as their first dimension; the caller owns them and
   *     keeps them open
   * @param batchSize examples per batch
   * @param seed seed of the order
   */
  static Minibatches shuffled(Map<String, Tensor> columns, int batchSize, long seed) {
    return new MemoryBatches(columns, batchSize, true, true, seed);
  }

  /**
   * Batches of tensors in memory, in their order, all of them.
   *
   * @param columns as for {@link #shuffled}
   * @param batchSize examples per batch; the last may be smaller
   */
  static Minibatches inOrder(Map<String, Tensor> columns, int batchSize) {
    return new MemoryBatches(columns, batchSize, false, false, 0);
  }

  /** The words of {@link #describe()}. */
  private static String describeOrder(
      int size, int batchSize, boolean shuffle, boolean dropLast, long seed) {
    return "%d examples, batches of %d%s%s"
        .formatted(
            size,
            batchSize,
            shuffle ? ", shuffled with seed " + seed : ", in order",
            dropLast ? ", last incomplete batch left out" : "");
  }

  /** Tensors in memory. */
  final class MemoryBatches implements Minibatches {
    private final TensorBatch all;
    private final int batchSize;
    private final boolean shuffle;
    private final boolean dropLast;
    private final long seed;

    private MemoryBatches(
        Map<String, Tensor> columns, int batchSize, boolean shuffle, boolean dropLast, long seed) {
      this.all = TensorBatch.of(columns);
      this.batchSize = batchSize;
      this.shuffle = shuffle;
      this.dropLast = dropLast;
      this.seed = seed;
      if (batchSize < 1) {
        throw new IllegalArgumentException("batch size must be at least 1, got " + batchSize);
      }
      if (batches() == 0) {
        throw new DataException(
            all.size() == 0
                ? "the data set is empty"
                : "%,d examples do not fill one batch of %,d; use a smaller batch size"
                    .formatted(all.size(), batchSize));
      }
    }

    @Override
    public int size() {
      return all.size();
    }

    @Override
    public int batches() {
      return dropLast ? all.size() / batchSize : (all.size() + batchSize - 1) / batchSize;
    }

    @Override
    public Epoch epoch(int epoch, int firstBatch) {
      int[] order = shuffle ? Shuffle.epoch(all.size(), seed, epoch) : null;
      return new Epoch() {
        private int next = firstBatch;

        @Override
        public boolean hasNext() {
          return next < batches();
        }

        @Override
        public TensorBatch next() {
          int from = next * batchSize;
          int to = Math.min(all.size(), from + batchSize);
          next++;
          return order == null ? all.slice(from, to) : gather(order, from, to);
        }

        @Override
        public void close() {}
      };
    }

    private TensorBatch gather(int[] order, int from, int to) {
      int[] rows = java.util.Arrays.copyOfRange(order, from, to);
      Tensor index = Tensor.of(rows, rows.length);
      Map<String, Tensor> batch = new java.util.LinkedHashMap<>();
      all.tensors()
          .forEach(
              (name, tensor) ->
                  batch.put(
                      name,
                      tensor.dim() == 0
                          ? tensor
                          : tensor.indexSelect(0, index.to(tensor.device()))));
      return TensorBatch.of(batch, i -> "example " + rows[i]);
    }

    @Override
    public String describe() {
      return describeOrder(all.size(), batchSize, shuffle, dropLast, seed);
    }
  }
}
