package dev.melange.mix;

import dev.melange.tensor.Rng;

/** No mixing: the images as they are, with their own labels. */
public record Vanilla() implements MixPolicy {
  @Override
  public String name() {
    return "vanilla";
  }

  @Override
  public MixedBatch mix(MixPairs pairs, MixContext context, Rng rng) {
    return pairs.mixed(pairs.image(), 1);
  }
}
