package dev.melange.papers.mlpmixer;

import dev.melange.nn.TokenGrid;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Tensor;

/** What the family's blocks, [B, N, D] to [B, N, D], share: a replaceable mixer of tokens. */
abstract class TokenMixingBlock extends UnaryLayer {
  private final TokenGrid grid;
  private final String name;
  private final int channels;
  private UnaryLayer mixer;

  /**
   * A block without its mixer; the subclass registers that one with {@link #mixer}.
   *
   * @param name of the mixer among the children
   * @param channels of the tokens that are mixed: in gMLP not all
   */
  TokenMixingBlock(MlpMixer.Config config, String name, int channels) {
    this.grid = config.grid();
    this.name = name;
    this.channels = channels;
  }

  /** Registers the block's own mixer, [B, channels, h, w] to the same shape, in its turn. */
  final void mixer(UnaryLayer own) {
    mixer = child(name, own);
  }

  /** Puts another mixer in the place of this one. */
  final void replaceMixer(UnaryLayer other) {
    mixer = replaceChild(name, other);
  }

  /** How many channels the mixer sees. */
  final int mixedChannels() {
    return channels;
  }

  /** Mixes tokens [B, N, channels]. */
  final Tensor mix(Tensor tokens) {
    return grid.tokens(mixer.forward(grid.map(tokens)));
  }
}
