package dev.melange.data;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;

/**
 * Examples that were read once and are kept in memory.
 *
 * @param <T> one example
 */
public final class Preloaded<T> implements Dataset<T> {
  private static final int BATCH = 16;

  private final List<T> items;
  private final List<String> ids;

  private Preloaded(List<T> items, List<String> ids) {
    this.items = items;
    this.ids = ids;
  }

  /**
   * Reads all examples of a set, on all processors.
   *
   * @param data the examples, without random transforms
   * @param progress is told how many are read, from time to time
   * @throws DataException naming the first example that cannot be read
   */
  public static <T> Preloaded<T> of(Dataset<T> data, IntConsumer progress) {
    int workers = Math.min(8, Runtime.getRuntime().availableProcessors());
    Loader<T> loader = new Loader<>(data, Loader.Config.evaluation(BATCH).withWorkers(workers));
    List<T> items = new ArrayList<>(data.size());
    List<String> ids = new ArrayList<>(data.size());
    try (Loader.Batches<T> batches = loader.epoch(0)) {
      while (batches.hasNext()) {
        Batch<T> batch = batches.next();
        items.addAll(batch.items());
        ids.addAll(batch.ids());
        progress.accept(items.size());
      }
    }
    return new Preloaded<>(List.copyOf(items), List.copyOf(ids));
  }

  @Override
  public int size() {
    return items.size();
  }

  @Override
  public T get(int index, RandomGenerator draws) {
    return items.get(index);
  }

  @Override
  public String id(int index) {
    return ids.get(index);
  }
}
