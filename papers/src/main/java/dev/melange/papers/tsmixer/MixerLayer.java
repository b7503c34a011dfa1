package dev.melange.papers.tsmixer;

import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** Channels (if they are mixed), then patches, then features; [B, C, N, D] to the same. */
final class MixerLayer extends UnaryLayer {
  private final ChannelMixer channels; // null without
  private final PatchMixer patches;
  private final FeatureMixer features;

  MixerLayer(TsMixerConfig config, Rng rng) {
    patches = child("patch_mixer", new PatchMixer(config, rng));
    features = child("feature_mixer", new FeatureMixer(config, rng));
    channels =
        config.mode().equals("mix_channel")
            ? child("channel_feature_mixer", new ChannelMixer(config, rng))
            : null;
  }

  @Override
  public Tensor forward(Tensor h) {
    Tensor mixed = mixedChannels(h);
    Tensor u = scoped(() -> patches.forward(mixed));
    return scoped(() -> features.forward(u));
  }

  private Tensor mixedChannels(Tensor h) {
    return channels == null ? h : scoped(() -> channels.forward(h));
  }

  /** The weights of the gate over the patches, [B, C, D, N]. */
  Tensor patchGate(Tensor h) {
    return patches.gateWeights(mixedChannels(h));
  }
}
