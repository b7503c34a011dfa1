package dev.melange.data;

import dev.melange.tensor.Rng;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Batches of a data set, epoch by epoch, prepared ahead on worker threads.
 *
 * <p>What comes out depends on the data and on (seed, epoch) only: neither the order of batches nor
 * the random draws of an example (which have a stream of their own, keyed by seed, epoch and the
 * example's index) depend on the number of workers or on timing. Training is resumed in the middle
 * of an epoch with {@link #epoch(int, int)}.
 *
 * <pre>{@code
 * var loader = new Loader<>(images, Loader.Config.training(64, seed));
 * for (int epoch = 0; epoch < epochs; epoch++) {
 *   try (var batches = loader.epoch(epoch)) {
 *     while (batches.hasNext()) {
 *       step(batches.next());
 *     }
 *   }
 * }
 * }</pre>
 *
 * @param <T> one example
 */
public final class Loader<T> {
  /**
   * How to load.
   *
   * @param batchSize examples per batch
   * @param shuffle whether each epoch has an order of its own; otherwise the set's order
   * @param dropLast whether a last, smaller batch is left out
   * @param seed seed of the order and of the examples' draws
   * @param workers threads that prepare batches; 0 prepares them in the calling thread
   * @param prefetch batches under way or ready ahead of the consumer; at least 1 if there are
   *     workers
   */
  public record Config(
      int batchSize, boolean shuffle, boolean dropLast, long seed, int workers, int prefetch) {
    /** Checks the numbers. */
    public Config {
      if (batchSize < 1) {
        throw new IllegalArgumentException("batch size must be at least 1, got " + batchSize);
      }
      if (workers < 0) {
        throw new IllegalArgumentException("workers must not be negative, got " + workers);
      }
      if (workers > 0 && prefetch < 1) {
        throw new IllegalArgumentException(
            "prefetch must be at least 1 with workers, got " + prefetch);
      }
    }

    /** Shuffled, a smaller last batch left out, one worker, two batches ahead. */
    public static Config training(int batchSize, long seed) {
      return new Config(batchSize, true, true, seed, 1, 2);
    }

    /** In the set's order, all examples, one worker, two batches ahead. */
    public static Config evaluation(int batchSize) {
      return new Config(batchSize, false, false, 0, 1, 2);
    }

    /** The same with other threads; prefetch becomes twice their number. */
    public Config withWorkers(int count) {
      return new Config(batchSize, shuffle, dropLast, seed, count, 2 * count);
    }
  }

  // A stream apart from those of the order of examples.
  private static final long ITEM = 3;
  private static final AtomicInteger THREADS = new AtomicInteger();

  private final Dataset<T> data;
  private final Config config;

  /**
   * A loader; starts nothing yet.
   *
   * @throws DataException if there is not a single batch in the data
   */
  public Loader(Dataset<T> data, Config config) {
    this.data = Objects.requireNonNull(data, "data");
    this.config = Objects.requireNonNull(config, "config");
    if (batches() == 0) {
      throw new DataException(
          data.size() == 0
              ? "the data set is empty"
              : "%,d examples do not fill one batch of %,d; use a smaller batch size"
                  .formatted(data.size(), config.batchSize));
    }
  }

  /** Batches per epoch. */
  public int batches() {
    int full = data.size() / config.batchSize;
    return config.dropLast || data.size() % config.batchSize == 0 ? full : full + 1;
  }

  /** The settings. */
  public Config config() {
    return config;
  }

  /** The data. */
  public Dataset<T> data() {
    return data;
  }

  /** All batches of an epoch (from 0). */
  public Batches<T> epoch(int epoch) {
    return epoch(epoch, 0);
  }

  /**
   * The batches of an epoch from one of them on: what an interrupted epoch still lacks.
   *
   * @param epoch the epoch, from 0
   * @param firstBatch the first wanted batch, 0 .. {@link #batches()}
   */
  public Batches<T> epoch(int epoch, int firstBatch) {
    Objects.checkIndex(firstBatch, batches() + 1);
    return new Batches<>(this, epoch, firstBatch);
  }

  private int[] order(int epoch) {
    if (config.shuffle) {
      return Shuffle.epoch(data.size(), config.seed, epoch);
    }
    int[] order = new int[data.size()];
    Arrays.setAll(order, i -> i);
    return order;
  }

  private Batch<T> load(int epoch, int batch, int[] order) throws InterruptedException {
    int from = batch * config.batchSize;
    int[] indices =
        Arrays.copyOfRange(order, from, Math.min(order.length, from + config.batchSize));
    List<String> ids = new ArrayList<>(indices.length);
    List<T> items = new ArrayList<>(indices.length);
    for (int index : indices) {
      if (Thread.interrupted()) {
        throw new InterruptedException("loading was stopped");
      }
      try {
        ids.add(data.id(index));
        items.add(data.get(index, new Rng(config.seed).fork(ITEM, epoch, index)));
      } catch (Exception e) {
        if (e instanceof DataException known && known.getMessage().startsWith(data.id(index))) {
          throw known; // says which example it is
        }
        throw new DataException(
            "%s (example %d, batch %d of epoch %d) could not be loaded: %s"
                .formatted(data.id(index), index, batch, epoch, describe(e)),
            e);
      }
    }
    return new Batch<>(epoch, batch, indices, List.copyOf(ids), List.copyOf(items));
  }

  private static String describe(Exception e) {
    return e instanceof DataException ? e.getMessage() : e.toString();
  }

  /**
   * The batches of one epoch, in order. Close it when leaving before the end; at the end it has
   * closed itself. To be used from one thread.
   *
   * @param <T> one example
   */
  public static final class Batches<T> implements Iterator<Batch<T>>, AutoCloseable {
    private final Loader<T> loader;
    private final int epoch;
    private final int[] order;
    private final ArrayDeque<Future<Batch<T>>> ahead = new ArrayDeque<>();
    private final ThreadPoolExecutor workers;
    private int submitted;
    private int next;
    private boolean closed;

    private Batches(Loader<T> loader, int epoch, int firstBatch) {
      this.loader = loader;
      this.epoch = epoch;
      this.order = loader.order(epoch);
      this.next = firstBatch;
      this.submitted = firstBatch;
      this.workers = loader.config.workers == 0 ? null : startWorkers(loader.config.workers);
    }

    // Idle workers end by themselves, so that an iterator somebody forgot keeps no threads.
    private static ThreadPoolExecutor startWorkers(int count) {
      ThreadPoolExecutor pool =
          new ThreadPoolExecutor(
              count,
              count,
              5,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              task -> {
                Thread thread = new Thread(task, "melange-loader-" + THREADS.incrementAndGet());
                thread.setDaemon(true);
                return thread;
              });
      pool.allowCoreThreadTimeOut(true);
      return pool;
    }

    @Override
    public boolean hasNext() {
      boolean more = !closed && next < loader.batches();
      if (!more) {
        close();
      }
      return more;
    }

    /**
     * The next batch, waiting for it if it is not ready.
     *
     * @throws DataException if one of its examples cannot be loaded; names the example. The
     *     iterator is closed then
     */
    @Override
    public Batch<T> next() {
      if (closed || next >= loader.batches()) {
        throw new NoSuchElementException(
            closed ? "the batches are closed" : "epoch " + epoch + " has no more batches");
      }
      Batch<T> batch;
      try {
        batch = workers == null ? loader.load(epoch, next, order) : take();
      } catch (InterruptedException | CancellationException e) {
        close();
        if (e instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
        throw new IllegalStateException("loading batch " + next + " was interrupted", e);
      } catch (RuntimeException e) {
        close();
        throw e;
      }
      next++;
      return batch;
    }

    private Batch<T> take() throws InterruptedException {
      while (ahead.size() < loader.config.prefetch && submitted < loader.batches()) {
        int batch = submitted++;
        Callable<Batch<T>> task = () -> loader.load(epoch, batch, order);
        ahead.add(workers.submit(task));
      }
      try {
        Batch<T> batch = ahead.remove().get();
        if (submitted < loader.batches()) {
          int following = submitted++;
          ahead.add(workers.submit(() -> loader.load(epoch, following, order)));
        }
        return batch;
      } catch (ExecutionException e) {
        if (e.getCause() instanceof DataException cause) {
          throw cause;
        }
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw new IllegalStateException("loading batch " + next + " failed", e.getCause());
      }
    }

    /** Stops the workers: none takes another example. Waits for those that are inside one. */
    @Override
    public void close() {
      if (closed) {
        return;
      }
      closed = true;
      ahead.clear();
      if (workers != null) {
        workers.shutdownNow();
        boolean interrupted = false;
        try {
          if (!workers.awaitTermination(5, TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                "a loader thread is still inside an example 5 s after it was asked to stop");
          }
        } catch (InterruptedException e) {
          interrupted = true;
        }
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }
}
