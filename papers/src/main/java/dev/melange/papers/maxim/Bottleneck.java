package dev.melange.papers.maxim;

import dev.melange.nn.Conv2d;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** A block at the lowest level: [B, C, H, W] to the same shape, all of it dense. */
final class Bottleneck extends UnaryLayer {
  private final Conv2d enter;
  private final List<UnaryLayer> layers = new ArrayList<>();
  private final List<MultiAxisGmlp> mixing = new ArrayList<>(); // those among them

  Bottleneck(MaximConfig config, Rng rng) {
    int level = config.depth() - 1;
    int width = config.width(level);
    boolean bias = config.use_bias();
    enter = child("input_proj", FlaxInit.pointwise(width, width, bias, rng));
    for (int k = 0; k < config.num_groups(); k++) {
      MultiAxisGmlp mixer =
          child(
              "SplitHeadMultiAxisGmlpLayer_" + k,
              new MultiAxisGmlp(
                  config.mixing(
                      level,
                      config.block_size_lr(),
                      config.block_size_lr(),
                      config.input_proj_factor()),
                  rng));
      mixing.add(mixer);
      layers.add(mixer);
      layers.add(
          child(
              "channel_attention_block_1_" + k,
              new ChannelMixing(
                  new ChannelMixing.Config(
                      width, config.channels_reduction(), bias, config.dropout_rate()),
                  rng)));
    }
  }

  /** Its multi-axis blocks. */
  List<MultiAxisGmlp> mixing() {
    return mixing;
  }

  @Override
  public Tensor forward(Tensor x) {
    return scoped(
        () -> {
          Tensor start = enter.forward(x);
          Tensor y = start;
          for (UnaryLayer layer : layers) {
            y = layer.forward(y);
          }
          return y.add(start);
        });
  }
}
