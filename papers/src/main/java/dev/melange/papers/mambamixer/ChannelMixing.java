package dev.melange.papers.mambamixer;

import dev.melange.nn.Activation;
import dev.melange.nn.Mlp;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** What stands in the channel mixers' place in the study's networks. */
enum ChannelMixing {
  /** The paper's, with learned averaging of earlier features. */
  SELECTIVE("selective", "selection along channels (MambaMixer)"),
  /** The same, where the averaging keeps its first coefficients. */
  FROZEN("frozen", "the same, averaging coefficients frozen"),
  /** The control: its projections run over the tokens too, but select nothing. */
  TOKEN_MLP("token-mlp", "MLP over the tokens"),
  /** What channel mixing usually is. */
  CHANNEL_MLP("channel-mlp", "MLP over the channels"),
  /** Token mixers alone. */
  NONE("none", "nothing");

  private final String key;
  private final String title;

  ChannelMixing(String key, String title) {
    this.key = key;
    this.title = title;
  }

  /** The name in trials and files. */
  String key() {
    return key;
  }

  /** The name for readers. */
  String title() {
    return title;
  }

  /** A classifier with new weights; the MLPs have about as many parameters as the selection. */
  MambaMixer create(MambaMixerConfig config, Rng rng) {
    MambaMixer model = new MambaMixer(config, stage -> mixer(config, stage, rng), rng);
    if (this == FROZEN) {
      model.stacks().forEach(FeatureStack::freezeCoefficients);
    }
    return model;
  }

  private UnaryLayer mixer(MambaMixerConfig config, int stage, Rng rng) {
    SelectiveChannelMixer.Config selective = config.channelMixer(stage);
    return switch (this) {
      case SELECTIVE, FROZEN -> new SelectiveChannelMixer(selective, rng);
      case TOKEN_MLP -> new OverTokens(mlp(selective.num_tokens(), selective, rng));
      case CHANNEL_MLP -> mlp(config.embed_dims().get(stage), selective, rng);
      case NONE -> new Nothing();
    };
  }

  private static Mlp mlp(long width, SelectiveChannelMixer.Config selective, Rng rng) {
    long budget;
    try (SelectiveChannelMixer model = new SelectiveChannelMixer(selective, new Rng(0))) {
      budget = model.parameterCount();
    }
    long hidden = Math.max(1, Math.round((double) (budget - width) / (double) (2 * width + 1)));
    return new Mlp(width, hidden, width, Activation.GELU, 0, rng);
  }

  /** An MLP along the tokens: [B, L, D] to [B, L, D]. */
  private static final class OverTokens extends UnaryLayer {
    private final Mlp mlp;

    OverTokens(Mlp mlp) {
      this.mlp = child("mlp", mlp);
    }

    @Override
    public Tensor forward(Tensor x) {
      return mlp.forward(x.transpose(1, 2)).transpose(1, 2);
    }
  }

  /** Zero, connected to its input: what is not used still has a gradient. */
  private static final class Nothing extends UnaryLayer {
    @Override
    public Tensor forward(Tensor x) {
      return x.mul(0.0);
    }
  }
}
