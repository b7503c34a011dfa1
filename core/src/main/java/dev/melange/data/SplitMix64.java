package dev.melange.data;

import java.util.random.RandomGenerator;

/**
 * The SplitMix64 stream, started from a mix of keys: streams of different keys are independent, and
 * equal keys give equal streams whatever the thread.
 */
final class SplitMix64 implements RandomGenerator {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;
  private long state;

  private SplitMix64(long state) {
    this.state = state;
  }

  static SplitMix64 of(long... keys) {
    long state = 0;
    for (long key : keys) {
      state = mix(state + GAMMA + mix(key + GAMMA));
    }
    return new SplitMix64(state);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  @Override
  public long nextLong() {
    state += GAMMA;
    return mix(state);
  }
}
