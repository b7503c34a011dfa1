package dev.melange.mix;

import dev.melange.tensor.Rng;

/**
 * A policy that learns beside a classifier: it mixes only as the {@link MixLearner} that {@link
 * #bind} makes of it, with whole batches.
 */
public interface LearnedMixPolicy extends MixPolicy {
  @Override
  default boolean usesNetwork() {
    return true;
  }

  @Override
  default boolean needsWholeBatch() {
    return true;
  }

  /** Makes the {@link MixLearner} and registers it with the setup. */
  @Override
  MixPolicy bind(MixSetup setup);

  /**
   * Refuses to mix without its networks.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  default MixedBatch mix(MixPairs pairs, MixContext context, Rng rng) {
    throw new UnsupportedOperationException(
        name() + " learns while it mixes: train with MixTraining");
  }
}
