package dev.melange.papers.maxim;

import dev.melange.nn.Conv2d;
import dev.melange.nn.Layer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;

/**
 * One U-Net of the network. Its layers are children of the network under the official names, some
 * of which are numbered through all stages.
 */
final class Stage {
  /**
   * What a stage computes; scales and levels from full size on.
   *
   * @param images the images at each scale
   * @param features for the next stage, at each scale; empty in the last stage
   * @param encoded of the encoder, at each level
   * @param decoded of the decoder, at each level
   */
  record Result(
      List<Tensor> images, List<Tensor> features, List<Tensor> encoded, List<Tensor> decoded) {}

  private final MaximConfig config;
  private final boolean last;
  private final List<Conv2d> inputConvs = new ArrayList<>();
  private final List<Layer> inputJoins = new ArrayList<>(); // empty in the first stage
  private final List<UNetEncoder> encoders = new ArrayList<>();
  private final List<Bottleneck> bottlenecks = new ArrayList<>();
  private final List<List<UpSampleRatio>> encoderSignals = new ArrayList<>(); // deepest level first
  private final List<CrossGating> gates = new ArrayList<>(); // deepest first; empty without
  private final List<List<Conv2d>> skipConvs = new ArrayList<>(); // those in the place of gates
  private final List<List<UpSampleRatio>> skipSignals = new ArrayList<>(); // deepest level first
  private final List<UNetDecoder> decoders = new ArrayList<>(); // deepest first
  private final List<SupervisedAttention> attention = new ArrayList<>(); // empty in the last stage
  private final List<Conv2d> outputConvs = new ArrayList<>(); // empty but in the last stage

  Stage(Maxim network, int number, MaximConfig config, Rng rng) {
    this.config = config;
    last = number == config.num_stages() - 1;
    String prefix = "stage_" + number + "_";
    int depth = config.depth();
    boolean bias = config.use_bias();
    for (int i = 0; i < config.num_supervision_scales(); i++) {
      int width = config.width(i);
      inputConvs.add(
          network.add(prefix + "input_conv_" + i, FlaxInit.conv3x3(3, width, bias, rng)));
      if (number > 0) {
        inputJoins.add(
            config.use_cross_gating()
                ? network.add(
                    prefix + "input_fuse_sam_" + i,
                    new CrossGating(config.gating(i, width, width, false), rng))
                : network.add(
                    prefix + "input_catconv_" + i,
                    FlaxInit.pointwise(2L * width, width, bias, rng)));
      }
    }
    for (int i = 0; i < depth; i++) {
      int channels =
          (i == 0 ? config.width(0) : config.width(i - 1))
              + (i < config.num_supervision_scales() ? config.width(i) : 0);
      encoders.add(
          network.add(
              prefix + "encoder_block_" + i, UNetEncoder.of(config, i, channels, number > 0, rng)));
    }
    for (int i = 0; i < config.num_bottleneck_blocks(); i++) {
      bottlenecks.add(network.add(prefix + "global_block_" + i, new Bottleneck(config, rng)));
    }
    int firstRatio = 2 * depth * depth * number;
    for (int i = depth - 1; i >= 0; i--) {
      int row = depth - 1 - i;
      encoderSignals.add(ratios(network, firstRatio + depth * row, i, false, rng));
      int width = config.width(i);
      int signal = depth * width;
      if (config.use_cross_gating()) {
        int below = config.width(Math.min(i + 1, depth - 1));
        gates.add(
            network.add(
                prefix + "cross_gating_block_" + i,
                new CrossGating(config.gating(i, signal, below, true), rng)));
      } else {
        int k = 2 * (depth * number + row);
        skipConvs.add(
            List.of(
                network.add("Conv_" + k, FlaxInit.pointwise(signal, width, bias, rng)),
                network.add("Conv_" + (k + 1), FlaxInit.conv3x3(width, width, bias, rng))));
      }
    }
    for (int i = depth - 1; i >= 0; i--) {
      int row = depth - 1 - i;
      skipSignals.add(ratios(network, firstRatio + depth * (depth + row), i, true, rng));
      decoders.add(
          network.add(
              prefix + "decoder_block_" + i,
              new UNetDecoder(
                  config,
                  i,
                  config.width(Math.min(i + 1, depth - 1)),
                  depth * config.width(i),
                  rng)));
    }
    for (int i = 0; i < config.num_supervision_scales(); i++) {
      if (last) {
        outputConvs.add(
            network.add(
                prefix + "output_conv_" + i,
                FlaxInit.conv3x3(config.width(i), config.num_outputs(), bias, rng)));
      } else {
        attention.add(
            network.add(
                prefix + "supervised_attention_module_" + i,
                new SupervisedAttention(
                    new SupervisedAttention.Config(config.width(i), config.num_outputs(), bias),
                    rng)));
      }
    }
  }

  /** What brings the features of all levels to level i; of the deepest level first, or last. */
  private List<UpSampleRatio> ratios(
      Maxim network, int first, int level, boolean deepestFirst, Rng rng) {
    List<UpSampleRatio> ratios = new ArrayList<>();
    for (int j = 0; j < config.depth(); j++) {
      int from = deepestFirst ? config.depth() - 1 - j : j;
      ratios.add(
          network.add(
              "UpSampleRatio_" + (first + j),
              new UpSampleRatio(
                  new UpSampleRatio.Config(
                      config.width(from),
                      config.width(level),
                      Math.pow(2, from - level),
                      config.use_bias()),
                  rng)));
    }
    return ratios;
  }

  /** Tells of each multi-axis block with its level; those of the bottleneck are one below all. */
  void visitMixing(ObjIntConsumer<MultiAxisGmlp> visitor) {
    int depth = config.depth();
    for (int i = 0; i < depth; i++) {
      int level = i;
      encoders.get(i).mixing().forEach(block -> visitor.accept(block, level));
    }
    for (Bottleneck bottleneck : bottlenecks) {
      bottleneck.mixing().forEach(block -> visitor.accept(block, depth));
    }
    for (int i = depth - 1; i >= 0; i--) {
      int level = i;
      decoders.get(depth - 1 - i).mixing().forEach(block -> visitor.accept(block, level));
    }
  }

  /**
   * Runs the stage.
   *
   * @param images the degraded images at each scale, full size first, [B, 3, H / 2^i, W / 2^i]
   * @param before what the stage before computed; null in the first one
   */
  Result forward(List<Tensor> images, Result before) {
    return Scope.run(
        () -> {
          List<Tensor> inputs = inputs(images, before);
          List<Tensor> encoded = new ArrayList<>();
          Tensor bottom = encode(inputs, before, encoded);
          List<Tensor> skips = skips(encoded, bottom);
          return decode(images, bottom, skips, encoded);
        });
  }

  private List<Tensor> inputs(List<Tensor> images, Result before) {
    List<Tensor> inputs = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      Tensor x = inputConvs.get(i).forward(images.get(i));
      if (before == null) {
        inputs.add(x);
      } else if (inputJoins.get(i) instanceof CrossGating gate) {
        inputs.add(gate.forward(x, before.features.get(i)).x());
      } else {
        Conv2d join = (Conv2d) inputJoins.get(i);
        inputs.add(join.forward(Tensor.cat(1, x, before.features.get(i))));
      }
    }
    return inputs;
  }

  private Tensor encode(List<Tensor> inputs, Result before, List<Tensor> encoded) {
    Tensor x = inputs.get(0);
    for (int i = 0; i < config.depth(); i++) {
      Tensor skip = i < inputs.size() ? inputs.get(i) : null;
      Tensor earlier = before == null ? null : before.encoded.get(i).add(before.decoded.get(i));
      UNetEncoder.Encoded level = encoders.get(i).encode(x, skip, earlier);
      x = level.down();
      encoded.add(level.bridge());
    }
    for (Bottleneck block : bottlenecks) {
      x = block.forward(x);
    }
    return x;
  }

  /** The skip connections, deepest level first. */
  private List<Tensor> skips(List<Tensor> encoded, Tensor bottom) {
    List<Tensor> skips = new ArrayList<>();
    Tensor y = bottom;
    for (int row = 0; row < config.depth(); row++) {
      int r = row;
      if (config.use_cross_gating()) {
        Tensor below = y;
        CrossGating.Gated gated =
            Scope.run(() -> gates.get(r).forward(signal(encoderSignals.get(r), encoded), below));
        skips.add(gated.x());
        y = gated.y();
      } else {
        List<Conv2d> convs = skipConvs.get(row);
        skips.add(
            Scope.run(
                () ->
                    convs
                        .get(1)
                        .forward(convs.get(0).forward(signal(encoderSignals.get(r), encoded)))));
      }
    }
    return skips;
  }

  private Result decode(
      List<Tensor> images, Tensor bottom, List<Tensor> skips, List<Tensor> encoded) {
    int depth = config.depth();
    Tensor[] decoded = new Tensor[depth];
    Tensor[] outputs = new Tensor[images.size()];
    Tensor[] features = new Tensor[last ? 0 : images.size()];
    Tensor x = bottom;
    for (int i = depth - 1; i >= 0; i--) {
      int row = depth - 1 - i;
      Tensor below = x;
      x = Scope.run(() -> decoders.get(row).forward(below, signal(skipSignals.get(row), skips)));
      decoded[i] = x;
      if (i < images.size() && last) {
        outputs[i] = outputConvs.get(i).forward(x).add(images.get(i));
      } else if (i < images.size()) {
        SupervisedAttention.Attended attended = attention.get(i).forward(x, images.get(i));
        features[i] = attended.features();
        outputs[i] = attended.image();
      }
    }
    return new Result(List.of(outputs), List.of(features), encoded, List.of(decoded));
  }

  private static Tensor signal(List<UpSampleRatio> ratios, List<Tensor> features) {
    Tensor[] resized = new Tensor[ratios.size()];
    for (int j = 0; j < resized.length; j++) {
      resized[j] = ratios.get(j).forward(features.get(j));
    }
    return Tensor.cat(1, resized);
  }
}
