package dev.melange.data.image;

import java.util.random.RandomGenerator;

/** A change of a normalised image. Immutable; the randomness comes in with the call. */
@FunctionalInterface
public interface FloatTransform {
  /**
   * The changed image; the given one stays as it is.
   *
   * @param draws where random transforms draw from; others ignore it
   */
  FloatImage apply(FloatImage image, RandomGenerator draws);
}
