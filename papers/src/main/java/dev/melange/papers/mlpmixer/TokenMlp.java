package dev.melange.papers.mlpmixer;

import dev.melange.nn.Activation;
import dev.melange.nn.Mlp;
import dev.melange.nn.TokenMixer;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Tensor;

/** MLP-Mixer's mixing of tokens: an MLP over the positions, shared by all channels. */
final class TokenMlp extends UnaryLayer {
  private final Mlp mlp;

  /**
   * [B, C, h, w] to the same shape.
   *
   * @param mlp over h w features; its parts become those of this layer
   */
  TokenMlp(Mlp mlp) {
    this.mlp = mlp;
    mlp.children().forEach(this::child);
  }

  @Override
  public Tensor forward(Tensor x) {
    return mlp.forward(x.flatten(2, 3)).unflatten(2, x.size(2), x.size(3));
  }

  /** For other backbones: as published, the hidden width is half the channels. */
  static TokenMixer forOthers() {
    return TokenMixer.of(
        "token_mlp",
        "an MLP over the positions, shared by all channels",
        (channels, height, width, rng) ->
            new TokenMlp(
                MixerInit.mlp(
                    (long) height * width, Math.max(1, channels / 2), Activation.GELU, 0, rng)));
  }
}
