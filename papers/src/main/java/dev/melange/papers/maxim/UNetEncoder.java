package dev.melange.papers.maxim;

import dev.melange.nn.Conv2d;
import dev.melange.nn.Layer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * One level of an encoder, or the second half of one of a decoder: a 1x1 convolution, groups of
 * multi-axis mixing and channel attention, and cross gating with the features of the stage before.
 */
final class UNetEncoder extends Layer {
  private static final double SLOPE = 0.2;

  private final Conv2d enter;
  private final List<MultiAxisGmlp> mixing = new ArrayList<>(); // empty without
  private final List<ResidualChannelAttention> attention = new ArrayList<>();
  private final CrossGating gating; // null in a first stage and in decoders
  private final Conv2d down; // null in decoders

  private UNetEncoder(
      MaximConfig config,
      int level,
      int channels,
      int projection,
      boolean earlierStage,
      boolean downsample,
      Rng rng) {
    int width = config.width(level);
    boolean bias = config.use_bias();
    enter = child("Conv_0", FlaxInit.pointwise(channels, width, bias, rng));
    for (int k = 0; k < config.num_groups(); k++) {
      if (config.use_global_mlp()) {
        mixing.add(
            child(
                "SplitHeadMultiAxisGmlpLayer_" + k,
                new MultiAxisGmlp(
                    config.mixing(level, config.block(level), config.grid(level), projection),
                    rng)));
      }
      attention.add(
          child(
              "channel_attention_block_1" + k,
              new ResidualChannelAttention(
                  new ResidualChannelAttention.Config(
                      width, config.channels_reduction(), SLOPE, bias),
                  rng)));
    }
    gating =
        earlierStage
            ? child(
                "cross_gating_block",
                new CrossGating(config.gating(level, width, width, false), rng))
            : null;
    down =
        downsample
            ? child(
                "Conv_1",
                FlaxInit.conv(Conv2d.Spec.of(width, width, 4).stride(2).padding(1).bias(bias), rng))
            : null;
  }

  /**
   * A level of an encoder.
   *
   * @param channels of the input and what is joined to it
   * @param earlierStage whether there are features of a stage before
   */
  static UNetEncoder of(
      MaximConfig config, int level, int channels, boolean earlierStage, Rng rng) {
    return new UNetEncoder(
        config, level, channels, config.input_proj_factor(), earlierStage, true, rng);
  }

  /** The second half of a level of a decoder. */
  static UNetEncoder inDecoder(MaximConfig config, int level, int channels, Rng rng) {
    return new UNetEncoder(config, level, channels, 2, false, false, rng);
  }

  /** Its multi-axis blocks; none without. */
  List<MultiAxisGmlp> mixing() {
    return mixing;
  }

  /**
   * What a level hands on.
   *
   * @param down [B, width, H / 2, W / 2], to the next level
   * @param bridge [B, width, H, W], to the decoder
   */
  record Encoded(Tensor down, Tensor bridge) {}

  /**
   * Encodes a level.
   *
   * @param skip joined to x; or null
   * @param earlier features of the stage before, [B, width, H, W]; or null
   */
  Encoded encode(Tensor x, Tensor skip, Tensor earlier) {
    return Scope.run(
        () -> {
          Tensor mixed = forward(x, skip);
          Tensor bridge = gating == null ? mixed : gating.forward(mixed, earlier).x();
          return new Encoded(down.forward(bridge), bridge);
        });
  }

  /** The level without the features of a stage before, at x's size. */
  Tensor forward(Tensor x, Tensor skip) {
    return scoped(
        () -> {
          Tensor start = scoped(() -> enter.forward(skip == null ? x : Tensor.cat(1, x, skip)));
          Tensor y = start;
          for (int k = 0; k < attention.size(); k++) {
            int group = k;
            Tensor in = y;
            y =
                scoped(
                    () ->
                        attention
                            .get(group)
                            .forward(mixing.isEmpty() ? in : mixing.get(group).forward(in)));
          }
          return y.add(start);
        });
  }
}
