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
    MixedBatch same = pairs.mixed(pairs.image(), 1);
    return new MixedBatch(same.image(), same.label(), same.label(), same.lam(), 0, null);
  }
}
