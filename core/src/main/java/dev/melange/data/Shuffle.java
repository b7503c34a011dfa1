package dev.melange.data;

import dev.melange.tensor.Rng;

/**
 * Orders of examples. The order of an epoch is a pure function of the number of examples, the seed
 * and the epoch, so a run can be resumed from (seed, epoch, position) alone.
 */
public final class Shuffle {
  // Streams for different purposes, so that equal seeds do not correlate them.
  private static final long EPOCH = 1;
  private static final long SPLIT = 2;

  private Shuffle() {}

  /**
   * The order of one epoch: Fisher-Yates over the seed's stream.
   *
   * @return a permutation of 0 .. size - 1
   */
  public static int[] epoch(int size, long seed, int epoch) {
    return permutation(size, new Rng(seed).fork(EPOCH, epoch));
  }

  /** A permutation of 0 .. size - 1, for instance to split a set at random. */
  public static int[] permutation(int size, long seed) {
    return permutation(size, new Rng(seed).fork(SPLIT));
  }

  private static int[] permutation(int size, Rng rng) {
    if (size < 0) {
      throw new IllegalArgumentException("size must not be negative, got " + size);
    }
    return rng.permutation(size);
  }
}
