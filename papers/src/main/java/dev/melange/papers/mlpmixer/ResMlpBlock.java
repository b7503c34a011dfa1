package dev.melange.papers.mlpmixer;

import dev.melange.nn.DropPath;
import dev.melange.nn.Linear;
import dev.melange.nn.Mlp;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * ResMLP's block: a linear map over tokens and an MLP over channels, both behind an {@link Affine}
 * and scaled per channel; [B, N, D] to [B, N, D].
 */
final class ResMlpBlock extends UnaryLayer {
  private final Tensor scale1; // [D]
  private final Tensor scale2; // [D]
  private final Affine norm1;
  private final Linear tokens;
  private final Affine norm2;
  private final Mlp channels;
  private final DropPath dropPath;

  ResMlpBlock(MlpMixer.Config config, Rng rng) {
    long d = config.embed_dim();
    scale1 = parameter("ls1", Tensor.full(config.init_values(), d));
    scale2 = parameter("ls2", Tensor.full(config.init_values(), d));
    norm1 = child("norm1", new Affine(d));
    tokens = child("linear_tokens", MixerInit.linear(config.tokens(), config.tokens(), false, rng));
    norm2 = child("norm2", new Affine(d));
    channels = child("mlp_channels", MixerInit.mlp(d, config.channelHidden(), config, rng));
    dropPath = child("drop_path", new DropPath(config.drop_path_rate()));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor mixed = tokens.forward(norm1.forward(x).transpose(1, 2)).transpose(1, 2);
    Tensor y = x.add(dropPath.forward(scale1.mul(mixed)));
    return y.add(dropPath.forward(scale2.mul(channels.forward(norm2.forward(y)))));
  }
}
