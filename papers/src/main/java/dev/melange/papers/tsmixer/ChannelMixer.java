package dev.melange.papers.tsmixer;

import dev.melange.nn.Activation;
import dev.melange.nn.Mlp;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** Mixes the channels: norm, gate, MLP over C, residual; unlike elsewhere the gate comes first. */
final class ChannelMixer extends UnaryLayer {
  private final TsNorm norm;
  private final Mlp mlp;
  private final SoftmaxGate gate; // null without

  ChannelMixer(TsMixerConfig config, Rng rng) {
    int c = config.num_input_channels();
    norm = child("norm", new TsNorm(config));
    gate = config.gated_attn() ? child("gating_block", new SoftmaxGate(c, rng)) : null;
    mlp =
        child(
            "mlp",
            TsInit.initialized(
                new Mlp(
                    c,
                    (long) c * config.expansion_factor(),
                    c,
                    Activation.GELU,
                    config.dropout(),
                    rng),
                rng));
  }

  @Override
  public Tensor forward(Tensor h) {
    Tensor u = norm.forward(h).permute(0, 3, 2, 1); // [B, D, N, C]
    u = mlp.forward(gate == null ? u : gate.forward(u));
    return u.permute(0, 3, 2, 1).add(h);
  }
}
