package dev.melange.papers.stripmlp;

import dev.melange.nn.DropPath;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** {@code x + tokens(x)}, then {@code x + channels(x)}; the parts normalise inside. */
final class StripBlock extends UnaryLayer {
  // The official code has this rate in every block, whatever the drop rates of its configuration.
  private static final double DROP_PATH = 0.1;

  private final StripTokenMixing tokens;
  private final StripChannelMixing channels;
  private final DropPath drop;

  StripBlock(StripMlpBlock.Config config, Rng rng) {
    tokens = child("token_mixing", new StripTokenMixing(config, rng));
    channels =
        child(
            "channel_mixing",
            new StripChannelMixing(new StripChannelMixing.Config(config.channels()), rng));
    drop = child("drop_path", new DropPath(DROP_PATH));
  }

  StripTokenMixing tokens() {
    return tokens;
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor mixed = scoped(() -> x.add(drop.forward(tokens.forward(x))));
    return scoped(() -> mixed.add(drop.forward(channels.forward(mixed))));
  }
}
