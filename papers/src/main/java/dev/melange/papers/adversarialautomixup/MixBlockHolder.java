package dev.melange.papers.adversarialautomixup;

import dev.melange.nn.Layer;

/** A generator alone under the name that it has in the official checkpoints. */
final class MixBlockHolder<L extends Layer> extends Layer {
  private final L block;

  MixBlockHolder(L block) {
    this.block = child("mix_block", block);
  }

  L block() {
    return block;
  }
}
