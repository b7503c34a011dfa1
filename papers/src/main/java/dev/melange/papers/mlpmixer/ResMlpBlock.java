package dev.melange.papers.mlpmixer;

import dev.melange.nn.DropPath;
import dev.melange.nn.Mlp;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * ResMLP's block: a linear map over tokens and an MLP over channels, both behind an {@link Affine}
 * and scaled per channel; [B, N, D] to [B, N, D].
 */
final class ResMlpBlock extends TokenMixingBlock {
  private final Tensor scale1; // [D]
  private final Tensor scale2; // [D]
  private final Affine norm1;
  private final Affine norm2;
  private final Mlp channels;
  private final DropPath dropPath;

  ResMlpBlock(MlpMixer.Config config, Rng rng) {
    super(config, "linear_tokens", config.embed_dim());
    long d = config.embed_dim();
    scale1 = parameter("ls1", Tensor.full(config.init_values(), d));
    scale2 = parameter("ls2", Tensor.full(config.init_values(), d));
    norm1 = child("norm1", new Affine(d));
    mixer(new TokenLinear(MixerInit.linear(config.tokens(), config.tokens(), false, rng)));
    norm2 = child("norm2", new Affine(d));
    channels = child("mlp_channels", MixerInit.mlp(d, config.channelHidden(), config, rng));
    dropPath = child("drop_path", new DropPath(config.drop_path_rate()));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor y = x.add(dropPath.forward(scale1.mul(mix(norm1.forward(x)))));
    return y.add(dropPath.forward(scale2.mul(channels.forward(norm2.forward(y)))));
  }
}
