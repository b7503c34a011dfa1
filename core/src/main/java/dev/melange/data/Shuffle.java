package dev.melange.data;

import java.util.random.RandomGenerator;

/**
 * Orders of examples. The order of an epoch is a pure function of the number of examples, the seed
 * and the epoch, so a run can be resumed from (seed, epoch, position) alone.
 */
public final class Shuffle {
  private Shuffle() {}

  /**
   * The order of one epoch: Fisher-Yates over a SplitMix64 stream.
   *
   * @return a permutation of 0 .. size - 1
   */
  public static int[] epoch(int size, long seed, int epoch) {
    return permutation(size, SplitMix64.of(seed, epoch, 0x6f72646572L));
  }

  /** A permutation of 0 .. size - 1, for instance to split a set at random. */
  public static int[] permutation(int size, long seed) {
    return permutation(size, SplitMix64.of(seed, 0x73706c6974L));
  }

  private static int[] permutation(int size, RandomGenerator draws) {
    if (size < 0) {
      throw new IllegalArgumentException("size must not be negative, got " + size);
    }
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    for (int i = size - 1; i > 0; i--) {
      int j = draws.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }
}
