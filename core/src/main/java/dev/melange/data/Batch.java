package dev.melange.data;

import java.util.List;

/**
 * Some examples of one epoch.
 *
 * @param epoch the epoch, from 0
 * @param index the batch's place in the epoch, from 0
 * @param indices the examples' indices in the data set
 * @param ids what messages call the examples
 * @param items the examples, in the order of {@code indices}
 * @param <T> one example
 */
public record Batch<T>(int epoch, int index, int[] indices, List<String> ids, List<T> items) {
  /** Number of examples. */
  public int size() {
    return items.size();
  }
}
