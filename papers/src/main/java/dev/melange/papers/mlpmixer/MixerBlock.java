package dev.melange.papers.mlpmixer;

import dev.melange.nn.DropPath;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Mlp;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** MLP-Mixer's block: a token-mixing and a channel-mixing MLP, [B, N, D] to [B, N, D]. */
final class MixerBlock extends TokenMixingBlock {
  private final LayerNorm norm1;
  private final LayerNorm norm2;
  private final Mlp channels;
  private final DropPath dropPath;

  MixerBlock(MlpMixer.Config config, Rng rng) {
    super(config, "mlp_tokens", config.embed_dim());
    long d = config.embed_dim();
    // both hidden sizes are relative to the width D, not to the number of tokens
    long tokenHidden = (long) (config.mlp_ratio().tokens() * config.embed_dim());
    norm1 = child("norm1", new LayerNorm(d, config.norm_eps()));
    mixer(new TokenMlp(MixerInit.mlp(config.tokens(), tokenHidden, config, rng)));
    norm2 = child("norm2", new LayerNorm(d, config.norm_eps()));
    channels = child("mlp_channels", MixerInit.mlp(d, config.channelHidden(), config, rng));
    dropPath = child("drop_path", new DropPath(config.drop_path_rate()));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor y = x.add(dropPath.forward(mix(norm1.forward(x))));
    return y.add(dropPath.forward(channels.forward(norm2.forward(y))));
  }
}
