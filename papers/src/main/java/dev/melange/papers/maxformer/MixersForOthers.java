package dev.melange.papers.maxformer;

import dev.melange.nn.TokenMixer;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;

/** The mixers as other backbones use them: [B, C, h, w] to the same shape, without residual. */
final class MixersForOthers {
  private static final int STEPS = 4;
  private static final int HEAD = 8;

  private MixersForOthers() {}

  static List<TokenMixer> all() {
    return List.of(
        TokenMixer.of(
            "max_pooling",
            "3x3 max-pooling minus the input, which the residual adds back",
            (channels, height, width, rng) -> new MaxPooling()),
        TokenMixer.of(
            "spiking_dwconv",
            "depthwise 3x3 convolution of spikes, mean over 4 time steps",
            (channels, height, width, rng) -> new Rates("dwc3", channels, 1, rng)),
        TokenMixer.of(
                "spiking_attention",
                "self-attention of spikes without softmax, mean over 4 time steps",
                (channels, height, width, rng) -> new Rates("ssa", channels, channels / HEAD, rng))
            .permitting(TokenMixer.Shapes.ANY.channelsMultipleOf(HEAD)));
  }

  private static final class MaxPooling extends UnaryLayer {
    @Override
    public Tensor forward(Tensor x) {
      return Nn.maxPool2d(x, 3, 1, 1).sub(x);
    }
  }

  /** Shows the map to a spiking mixer in every step and takes the mean of what it adds. */
  private static final class Rates extends UnaryLayer {
    private final SpikingMixer mixer;

    Rates(String type, int channels, int heads, Rng rng) {
      mixer = child("mixer", new SpikingMixer(new SpikingMixer.Config(type, channels, heads), rng));
    }

    @Override
    public Tensor forward(Tensor x) {
      Tensor shown = x.unsqueeze(0).expand(STEPS, x.size(0), x.size(1), x.size(2), x.size(3));
      return mixer.forward(shown).mean(0).sub(x);
    }
  }
}
