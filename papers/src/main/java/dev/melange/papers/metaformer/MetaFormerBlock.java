package dev.melange.papers.metaformer;

import dev.melange.nn.Activation;
import dev.melange.nn.BatchNorm;
import dev.melange.nn.ChannelLayerNorm;
import dev.melange.nn.Conv2d;
import dev.melange.nn.DropPath;
import dev.melange.nn.Dropout;
import dev.melange.nn.GroupNorm;
import dev.melange.nn.Init;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** Norm, token mixer, residual; norm, channel MLP, residual (equations 3 and 4). */
final class MetaFormerBlock extends UnaryLayer {
  private final UnaryLayer norm1;
  private UnaryLayer mixer;
  private final Tensor scale1; // [C] or null
  private final UnaryLayer norm2; // null without channel MLP
  private final UnaryLayer mlp;
  private final Tensor scale2; // [C] or null
  private final DropPath dropPath;
  private final boolean residual;

  /** The block of a stage; {@code index} counts the blocks of all stages from 0. */
  MetaFormerBlock(PoolFormerConfig config, int stage, int index, Rng rng) {
    int channels = config.embed_dims().get(stage);
    residual = config.residual();
    norm1 = child("norm1", norm(config.norm(), channels));
    mixer = child("token_mixer", TokenMixers.of(config, stage, rng));
    scale1 = scale("layer_scale_1", channels, config);
    if (config.channel_mlp()) {
      norm2 = child("norm2", norm(config.norm(), channels));
      int hidden = (int) (channels * config.mlp_ratios().get(stage));
      mlp =
          child(
              "mlp",
              new ChannelMlp(
                  channels, hidden, Activation.of(config.act()), config.drop_rate(), rng));
      scale2 = scale("layer_scale_2", channels, config);
    } else {
      norm2 = null;
      mlp = null;
      scale2 = null;
    }
    dropPath = child("drop_path", new DropPath(config.dropPath(index)));
  }

  /** Puts another token mixer, [B, C, h, w] to the same shape, in the place of this one. */
  void replaceMixer(UnaryLayer layer) {
    mixer = replaceChild("token_mixer", layer);
  }

  private Tensor scale(String name, int channels, PoolFormerConfig config) {
    return config.use_layer_scale()
        ? parameter(name, Tensor.full(config.layer_scale_init_value(), channels))
        : null;
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor mixed = scoped(() -> join(x, scaled(mixer.forward(norm1.forward(x)), scale1)));
    return mlp == null ? mixed : join(mixed, scaled(mlp.forward(norm2.forward(mixed)), scale2));
  }

  private Tensor join(Tensor x, Tensor branch) {
    return residual ? x.add(dropPath.forward(branch)) : branch;
  }

  private static Tensor scaled(Tensor branch, Tensor scale) {
    return scale == null ? branch : branch.mul(scale.reshape(scale.numel(), 1, 1));
  }

  /** The normalisation of a name over [B, C, h, w]; eps 1e-5. */
  static UnaryLayer norm(String name, int channels) {
    return switch (name) {
      case "group_norm" -> new GroupNorm(1, channels);
      case "layer_norm" -> new ChannelLayerNorm(channels, 1e-5);
      case "batch_norm" -> new BatchNorm(channels);
      case "none" -> Activation.IDENTITY.layer();
      default ->
          throw new IllegalArgumentException(
              "unknown norm '" + name + "'; known: group_norm, layer_norm, batch_norm, none");
    };
  }

  /** Two 1x1 convolutions with an activation between them. */
  private static final class ChannelMlp extends UnaryLayer {
    private final Conv2d fc1;
    private final Conv2d fc2;
    private final Activation activation;
    private final Dropout drop;

    ChannelMlp(int channels, int hidden, Activation activation, double dropout, Rng rng) {
      this.activation = activation;
      fc1 = child("fc1", initialised(new Conv2d(channels, hidden, 1, rng), rng));
      fc2 = child("fc2", initialised(new Conv2d(hidden, channels, 1, rng), rng));
      drop = child("drop", new Dropout(dropout));
    }

    private static Conv2d initialised(Conv2d conv, Rng rng) {
      Init.truncatedNormal(conv.weight(), 0.02, rng);
      Init.constant(conv.bias(), 0);
      return conv;
    }

    @Override
    public Tensor forward(Tensor x) {
      Tensor hidden = scoped(() -> drop.forward(activation.apply(fc1.forward(x))));
      return drop.forward(fc2.forward(hidden));
    }
  }
}
