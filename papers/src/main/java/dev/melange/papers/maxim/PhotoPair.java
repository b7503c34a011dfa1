package dev.melange.papers.maxim;

import dev.melange.data.image.Image;

/**
 * A photograph and what is wrong with it.
 *
 * @param degraded the bad one; null if it is made from the good one
 * @param target the good one, of the same size, with three channels
 */
public record PhotoPair(Image degraded, Image target) {
  /** Checks that both have one size. */
  public PhotoPair {
    if (target.channels() != 3 || (degraded != null && degraded.channels() != 3)) {
      throw new IllegalArgumentException("photographs have 3 channels here, got " + target);
    }
    if (degraded != null
        && (degraded.height() != target.height() || degraded.width() != target.width())) {
      throw new IllegalArgumentException(
          "the two photographs of a pair have one size, got %dx%d and %dx%d pixels"
              .formatted(degraded.width(), degraded.height(), target.width(), target.height()));
    }
  }
}
