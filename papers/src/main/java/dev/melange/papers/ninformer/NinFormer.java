package dev.melange.papers.ninformer;

import dev.melange.nn.TokenGrid;
import dev.melange.nn.TokenMixerHost;
import dev.melange.nn.TokenMixerSlot;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The classifier: patches become tokens, {@link NinBlock}s change them, the mean over the tokens is
 * classified. [B, C, H, W] to logits [B, classes], for images of one size. There is no position
 * embedding: positions enter through the weights that mix tokens.
 */
public final class NinFormer extends TokenClassifier<NinBlock> implements TokenMixerHost {
  /** A classifier with PyTorch's default initial weights. */
  public NinFormer(NinFormerConfig config, Rng rng) {
    super(config, stream -> new NinBlock(block(config), stream), rng);
  }

  /** The configuration of each block. */
  static NinBlock.Config block(NinFormerConfig config) {
    return new NinBlock.Config(config.d_model(), config.d_ffn(), config.tokens(), config.dropout());
  }

  @Override
  public List<TokenMixerSlot> tokenMixerSlots(int height, int width) {
    TokenGrid grid = config().grid();
    List<TokenMixerSlot> slots = new ArrayList<>();
    for (NinBlock block : blocks()) {
      slots.add(
          new TokenMixerSlot(
              0,
              config().d_model(),
              grid.rows(),
              grid.columns(),
              mixer -> block.replaceUnit(mixer, grid)));
    }
    return slots;
  }

  /**
   * The gates of all blocks as maps over the patches, averaged over the channels. Other than the
   * weights that mix tokens they depend on the image.
   *
   * @param x images [B, C, H, W]
   * @return one tensor [B, H / patch, W / patch] per block
   */
  public List<Tensor> gateMaps(Tensor x) {
    List<Tensor> maps = new ArrayList<>();
    Tensor tokens = embed(x);
    for (NinBlock block : blocks()) {
      Tensor gate = block.gate(tokens); // [B, N, D]
      maps.add(gate.mean(2).unflatten(1, config().rows(), config().columns()));
      tokens = block.forward(tokens);
    }
    return maps;
  }
}
