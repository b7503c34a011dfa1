package dev.melange.papers.mlpmixer;

import dev.melange.nn.Activation;
import dev.melange.nn.DropPath;
import dev.melange.nn.Dropout;
import dev.melange.nn.Init;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Linear;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * gMLP's block: one branch whose hidden channels are split in two; a linear map over tokens of the
 * second half gates the first. [B, N, D] to [B, N, D].
 */
final class GmlpBlock extends TokenMixingBlock {
  private static final double GATE_EPS = 1e-5; // differs from the block's norm_eps

  private final LayerNorm norm;
  private final Linear fc1;
  private final LayerNorm gateNorm;
  private final Linear fc2;
  private final Activation activation;
  private final Dropout drop;
  private final DropPath dropPath;

  GmlpBlock(MlpMixer.Config config, Rng rng) {
    super(config, "mlp_channels.gate.proj", config.channelHidden() / 2);
    long d = config.embed_dim();
    long n = config.tokens();
    long half = config.channelHidden() / 2;
    norm = child("norm", new LayerNorm(d, config.norm_eps()));
    fc1 = child("mlp_channels.fc1", MixerInit.linear(d, 2 * half, true, rng));
    gateNorm = child("mlp_channels.gate.norm", new LayerNorm(half, GATE_EPS));
    Linear gateProj = new Linear(n, n, rng);
    // weight about 0 and bias 1: the gate starts as the identity
    Init.normal(gateProj.weight(), 0, MixerInit.SMALL, rng);
    Init.constant(gateProj.bias(), 1);
    mixer(new TokenLinear(gateProj));
    fc2 = child("mlp_channels.fc2", MixerInit.linear(half, d, true, rng));
    activation = Activation.of(config.act());
    drop = child("drop", new Dropout(config.proj_drop_rate()));
    dropPath = child("drop_path", new DropPath(config.drop_path_rate()));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor h = drop.forward(activation.apply(fc1.forward(norm.forward(x)))); // [B, N, T]
    Tensor[] halves = h.chunk(2, -1);
    Tensor gated = halves[0].mul(mix(gateNorm.forward(halves[1]))); // [B, N, T/2]
    return x.add(dropPath.forward(drop.forward(fc2.forward(gated))));
  }
}
