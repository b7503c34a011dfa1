package dev.melange.papers.ninformer;

import dev.melange.tensor.Rng;

/**
 * The static network that NiNformer is compared with: MLP-Mixer blocks between the same patches and
 * the same classifier. Every block is the inner network of a NiNformer block, without the gating.
 */
final class MixerClassifier extends TokenClassifier<MixerBlock> {
  MixerClassifier(NinFormerConfig config, Rng rng) {
    super(config, stream -> new MixerBlock(block(config), stream), rng);
  }

  private static MixerBlock.Config block(NinFormerConfig config) {
    return new MixerBlock.Config(
        config.d_model(), config.tokens(), config.d_ffn(), config.d_ffn(), config.dropout());
  }
}
