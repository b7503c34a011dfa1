package dev.melange.data.image;

import java.util.random.RandomGenerator;

/**
 * Applies a transform to some of the images.
 *
 * @param probability how often, 0..1
 * @param transform what is applied
 */
public record RandomApply(double probability, Transform transform) implements Transform {
  /** Checks the probability. */
  public RandomApply {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("probability must be in 0..1, got " + probability);
    }
  }

  @Override
  public Image apply(Image image, RandomGenerator draws) {
    return draws.nextDouble() < probability ? transform.apply(image, draws) : image;
  }
}
