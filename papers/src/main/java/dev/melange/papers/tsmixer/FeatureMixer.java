package dev.melange.papers.tsmixer;

import dev.melange.nn.Activation;
import dev.melange.nn.Mlp;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** Mixes the features of each patch: norm, MLP over D, gate, residual. */
final class FeatureMixer extends UnaryLayer {
  private final TsNorm norm;
  private final Mlp mlp;
  private final SoftmaxGate gate; // null without

  FeatureMixer(TsMixerConfig config, Rng rng) {
    int d = config.d_model();
    norm = child("norm", new TsNorm(config));
    mlp =
        child(
            "mlp",
            TsInit.initialized(
                new Mlp(
                    d,
                    (long) d * config.expansion_factor(),
                    d,
                    Activation.GELU,
                    config.dropout(),
                    rng),
                rng));
    gate = config.gated_attn() ? child("gating_block", new SoftmaxGate(d, rng)) : null;
  }

  @Override
  public Tensor forward(Tensor h) {
    Tensor u = mlp.forward(norm.forward(h));
    return (gate == null ? u : gate.forward(u)).add(h);
  }
}
