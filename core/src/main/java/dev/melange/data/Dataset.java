package dev.melange.data;

import java.io.IOException;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Examples by index. Implementations are immutable and may be read from several threads at once.
 *
 * @param <T> one example
 */
public interface Dataset<T> {
  /** Number of examples. */
  int size();

  /**
   * One example.
   *
   * @param index 0 .. {@link #size()} - 1
   * @param draws the source of randomness of augmentations; a set without any ignores it
   * @throws DataException if the example is damaged
   */
  T get(int index, RandomGenerator draws) throws IOException;

  /** What messages call an example: its path or its row. */
  default String id(int index) {
    return "item " + index;
  }

  /**
   * The same examples, changed on the way out.
   *
   * @param change gets the example and the generator to draw from; must be thread-safe
   */
  default <U> Dataset<U> map(Change<? super T, ? extends U> change) {
    Objects.requireNonNull(change, "change");
    Dataset<T> all = this;
    return new Dataset<>() {
      @Override
      public int size() {
        return all.size();
      }

      @Override
      public U get(int index, RandomGenerator draws) throws IOException {
        return change.apply(all.get(index, draws), draws);
      }

      @Override
      public String id(int index) {
        return all.id(index);
      }
    };
  }

  /**
   * Some of the examples.
   *
   * @param indices which, in the new order
   */
  default Dataset<T> subset(int... indices) {
    int[] chosen = indices.clone();
    for (int index : chosen) {
      Objects.checkIndex(index, size());
    }
    Dataset<T> all = this;
    return new Dataset<>() {
      @Override
      public int size() {
        return chosen.length;
      }

      @Override
      public T get(int index, RandomGenerator draws) throws IOException {
        return all.get(chosen[index], draws);
      }

      @Override
      public String id(int index) {
        return all.id(chosen[index]);
      }
    };
  }

  /**
   * A change of an example, usually an augmentation.
   *
   * @param <T> what comes in
   * @param <U> what goes out
   */
  @FunctionalInterface
  interface Change<T, U> {
    /** The changed example. */
    U apply(T example, RandomGenerator draws) throws IOException;
  }
}
