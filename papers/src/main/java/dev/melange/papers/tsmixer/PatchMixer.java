package dev.melange.papers.tsmixer;

import dev.melange.nn.Activation;
import dev.melange.nn.Mlp;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * Mixes along the patches: norm, MLP over N, gate, residual; with attention, its result joins the
 * MLP's before a second norm. [B, C, N, D] to the same.
 */
final class PatchMixer extends UnaryLayer {
  private final TsNorm norm;
  private final Mlp mlp;
  private final SoftmaxGate gate; // null without
  private final PatchAttention attention; // null without
  private final TsNorm attentionNorm; // null without

  PatchMixer(TsMixerConfig config, Rng rng) {
    int n = config.patches();
    norm = child("norm", new TsNorm(config));
    mlp =
        child(
            "mlp",
            TsInit.initialized(
                new Mlp(
                    n,
                    (long) n * config.expansion_factor(),
                    n,
                    Activation.GELU,
                    config.dropout(),
                    rng),
                rng));
    gate = config.gated_attn() ? child("gating_block", new SoftmaxGate(n, rng)) : null;
    attention =
        config.self_attn() ? child("self_attn_layer", new PatchAttention(config, rng)) : null;
    attentionNorm = config.self_attn() ? child("norm_attn", new TsNorm(config)) : null;
  }

  @Override
  public Tensor forward(Tensor h) {
    Tensor z = norm.forward(h);
    Tensor u = mlp.forward(z.transpose(2, 3)); // [B, C, D, N]
    u = (gate == null ? u : gate.forward(u)).transpose(2, 3);
    if (attention != null) {
      u = attentionNorm.forward(u.add(attention.forward(z)));
    }
    return u.add(h);
  }

  /** The weights of the gate, [B, C, D, N]; the patches' sum to 1. */
  Tensor gateWeights(Tensor h) {
    if (gate == null) {
      throw new IllegalStateException("the network has no gates; set gated_attn=true");
    }
    return gate.weights(mlp.forward(norm.forward(h).transpose(2, 3)));
  }
}
