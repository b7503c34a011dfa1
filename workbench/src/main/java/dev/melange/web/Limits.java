package dev.melange.web;

/**
 * How often one address, and one account, may ask.
 *
 * @param all requests a minute
 * @param search searches a minute
 * @param write changes a minute
 * @param signIn links for signing in, an hour and address
 */
public record Limits(int all, int search, int write, int signIn) {
  /** Refuses what would let nobody in. */
  public Limits {
    if (all < 1 || search < 1 || write < 1 || signIn < 1) {
      throw new IllegalArgumentException(
          "the limits are %d, %d, %d and %d, expected at least 1 each"
              .formatted(all, search, write, signIn));
    }
  }

  /** 600 requests, 60 searches and 20 changes a minute, 20 links an hour. */
  public static Limits defaults() {
    return new Limits(600, 60, 20, 20);
  }
}
