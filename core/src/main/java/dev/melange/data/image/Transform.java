package dev.melange.data.image;

import java.util.random.RandomGenerator;

/** A change of an 8-bit image. Immutable; the randomness comes in with the call. */
@FunctionalInterface
public interface Transform {
  /**
   * The changed image; the given one stays as it is.
   *
   * @param draws where random transforms draw from; others ignore it
   */
  Image apply(Image image, RandomGenerator draws);
}
