package dev.melange.papers.tsmixer;

import dev.melange.nn.Layer;
import dev.melange.nn.Layers;
import dev.melange.nn.Linear;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Embeds patches and mixes them: [B, C, N, P] to [B, C, N, D]. */
final class TsMixerEncoder extends Layer {
  private final Linear patcher;
  private final Positions positions; // null without
  private final Layers<MixerLayer> layers;

  TsMixerEncoder(TsMixerConfig config, Rng rng) {
    patcher = child("patcher", TsInit.linear(config.patch_length(), config.d_model(), rng));
    positions =
        config.use_positional_encoding()
            ? child("positional_encoder", new Positions(config, rng))
            : null;
    layers =
        child(
            "mlp_mixer_encoder.mixers",
            Layers.of(config.num_layers(), i -> new MixerLayer(config, rng)));
  }

  /** The hidden state of patches. */
  Tensor forward(Tensor patches) {
    Tensor h = embed(patches);
    for (MixerLayer layer : layers) {
      Tensor in = h;
      h = scoped(() -> layer.forward(in));
    }
    return h;
  }

  private Tensor embed(Tensor patches) {
    Tensor h = patcher.forward(patches);
    return positions == null ? h : h.add(positions.table());
  }

  /** The gates over the patches, layer by layer, [B, C, D, N] each. */
  List<Tensor> patchGates(Tensor patches) {
    List<Tensor> gates = new ArrayList<>();
    Tensor h = embed(patches);
    for (MixerLayer layer : layers) {
      gates.add(layer.patchGate(h));
      h = layer.forward(h);
    }
    return gates;
  }
}
