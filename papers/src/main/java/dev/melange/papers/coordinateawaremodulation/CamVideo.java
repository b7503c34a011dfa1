package dev.melange.papers.coordinateawaremodulation;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.Init;
import dev.melange.nn.Layer;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A video as grids over time, whose interpolated maps are decoded by convolutions that are
 * modulated over time (section 4.2, on top of FFNeRV). For each time there are a frame, and what
 * {@link FlowAggregation} needs to mix it with its neighbours.
 */
public final class CamVideo extends Layer {
  /**
   * Configuration of {@code field/cam-video}.
   *
   * @param fc_hw_dim height, width and channels of the maps over time
   * @param t_dim cells of time of each grid; they share the channels
   * @param strides enlargement in each stage, at least three
   * @param expansion factor of the channels in the first stage
   * @param reduction divisor of the channels in later stages that enlarge
   * @param lower_width fewest channels of the later stages
   * @param num_blocks convolutions of a stage, of which the first enlarges; as in the official
   *     code, no more convolutions are run than there are stages, so that only 1 uses them all
   * @param bias whether convolutions have biases
   * @param norm normalisation where there is no modulation: none, over the batch or over space
   * @param act activation function
   * @param conv_type {@code conv}, or {@code compact}: a grouped convolution and a pointwise one
   * @param wbit bits of quantised weights, 2 to 8; 32 for no quantisation
   * @param mod_dim cells of the modulation over time; 0 for none
   * @param sin_res must be false: a network with a single head has no flows
   * @param aggs neighbouring frames that are mixed in
   * @param sigmoid whether colours come from a sigmoid rather than from a tanh
   */
  public record Config(
      @Default("[9, 16, 156]") List<Integer> fc_hw_dim,
      @Default("[64, 128, 256, 512]") List<Integer> t_dim,
      @Default("[5, 2, 2, 2, 2]") List<Integer> strides,
      @Default("1.0") double expansion,
      @Default("2") int reduction,
      @Default("96") int lower_width,
      @Default("1") int num_blocks,
      @Default("true") boolean bias,
      @Default("none") @OneOf({"none", "bn", "in"}) String norm,
      @Default("gelu")
          @OneOf({
            "relu",
            "leaky",
            "leaky01",
            "relu6",
            "gelu",
            "sin",
            "swish",
            "softplus",
            "hardswish"
          })
          String act,
      @Default("conv") @OneOf({"conv", "compact"}) String conv_type,
      @Default("32") int wbit,
      @Default("60") int mod_dim,
      @Default("false") boolean sin_res,
      @Default("4") int aggs,
      @Default("false") boolean sigmoid) {
    /** Checks the sizes. */
    public Config {
      fc_hw_dim = positive("fc_hw_dim", fc_hw_dim);
      t_dim = positive("t_dim", t_dim);
      strides = positive("strides", strides);
      if (fc_hw_dim.size() != 3) {
        throw new IllegalArgumentException(
            "fc_hw_dim is height, width and channels, got " + fc_hw_dim);
      }
      if (t_dim.isEmpty() || fc_hw_dim.get(2) % t_dim.size() != 0) {
        throw new IllegalArgumentException(
            "%d channels (fc_hw_dim) cannot be shared by %d grids (t_dim)"
                .formatted(fc_hw_dim.get(2), t_dim.size()));
      }
      if (strides.size() < 3) {
        throw new IllegalArgumentException(
            "strides needs at least three stages, as flows come from the third to last; got "
                + strides);
      }
      if (reduction < 1 || lower_width < 1 || num_blocks < 1 || aggs < 1 || mod_dim < 0) {
        throw new IllegalArgumentException(
            "reduction, lower_width, num_blocks and aggs must be at least 1 and mod_dim at least 0, got %d, %d, %d, %d and %d"
                .formatted(reduction, lower_width, num_blocks, aggs, mod_dim));
      }
      if ((int) (fc_hw_dim.get(2) * expansion) < 1) {
        throw new IllegalArgumentException(
            "expansion %s leaves none of %d channels".formatted(expansion, fc_hw_dim.get(2)));
      }
      if (sin_res) {
        throw new IllegalArgumentException(
            "sin_res must be false: a network with a single head has no flows to mix frames by");
      }
    }

    private static List<Integer> positive(String name, List<Integer> sizes) {
      if (sizes.stream().anyMatch(size -> size < 1)) {
        throw new IllegalArgumentException(name + " must be at least 1, got " + sizes);
      }
      return List.copyOf(sizes);
    }
  }

  /**
   * What is decoded for times.
   *
   * @param flows two channels of flow for each neighbour, then a weight for each, as large as the
   *     maps of the third to last stage: [B, 3 aggs, h, w]
   * @param frame colours in [0, 1], then the weights of this frame and of the mixed one: [B, 5, H,
   *     W]
   */
  public record Decoded(Tensor flows, Tensor frame) {}

  private static final int COLOURS = 3;
  private static final int FRAME_CHANNELS = 5;

  private final Config config;
  private final WeightQuantization quantization;
  private final List<Tensor> grids = new ArrayList<>(); // [T, channels, h, w] each
  private final List<VideoBlock> blocks = new ArrayList<>();
  private final QuantizedConv flowHead;
  private final QuantizedConv frameHead;

  /** A network with Xavier uniform grids and PyTorch's initial convolutions. */
  public CamVideo(Config config, Rng rng) {
    this.config = config;
    quantization = new WeightQuantization(config.wbit);
    int channels = config.fc_hw_dim.get(2);
    for (int cells : config.t_dim) {
      Tensor grid =
          Tensor.empty(
              cells,
              channels / config.t_dim.size(),
              config.fc_hw_dim.get(0),
              config.fc_hw_dim.get(1));
      grids.add(parameter("video_grid." + grids.size(), Init.xavierUniform(grid, 1, rng)));
    }
    int stages = config.strides.size();
    QuantizedConv flows = null;
    for (int stage = 0; stage < stages; stage++) {
      int stride = config.strides.get(stage);
      int out =
          stage == 0
              ? (int) (channels * config.expansion)
              : Math.max(channels / (stride == 1 ? 1 : config.reduction), config.lower_width);
      for (int j = 0; j < config.num_blocks; j++) {
        VideoBlock block = new VideoBlock(config, channels, out, j == 0 ? stride : 1, rng);
        blocks.add(child("layers." + blocks.size(), block));
        channels = out;
      }
      if (stage == stages - 3) {
        flows = head(stage, channels, COLOURS * config.aggs, rng);
      }
    }
    flowHead = flows;
    frameHead = head(stages - 1, channels, FRAME_CHANNELS, rng);
    checkHead("flows", flowHead, blocks.get(stages - 3));
    checkHead("frames", frameHead, blocks.get(stages - 1));
  }

  // With several blocks a head's maps come from an earlier stage than that it was made for.
  private void checkHead(String name, QuantizedConv head, VideoBlock block) {
    if (head.in() != block.out()) {
      throw new IllegalArgumentException(
          "with num_blocks %d the head of %s gets %d channels, not the %d of its stage; use num_blocks 1 or a lower_width that makes them equal"
              .formatted(config.num_blocks, name, block.out(), head.in()));
    }
  }

  private QuantizedConv head(int stage, int in, int out, Rng rng) {
    return child(
        "head_layers." + stage,
        new QuantizedConv(in, out, 1, 1, config.bias, quantization.ofHeads(), rng));
  }

  /**
   * Decodes frames.
   *
   * @param t frame number / number of frames, in [0, 1), [B]
   */
  public Decoded forward(Tensor t) {
    TemporalModulation.checkTimes(t);
    if (!(t.detach().max().item() < 1)) {
      throw new IllegalArgumentException(
          "times of a video must be below 1, got 1.0; divide frame numbers by their count");
    }
    Tensor h = Tensor.cat(1, grids.stream().map(grid -> at(grid, t)).toArray(Tensor[]::new));
    int stages = config.strides.size();
    Tensor flows = null;
    for (int i = 0; i < stages; i++) {
      h = blocks.get(i).forward(h, t);
      if (i == stages - 3) {
        flows = flowHead.forward(h);
      }
    }
    Tensor frame = frameHead.forward(h);
    Tensor raw = frame.narrow(1, 0, COLOURS);
    Tensor colours = config.sigmoid ? raw.sigmoid() : raw.tanh().add(1.0).mul(0.5);
    Tensor logits = frame.narrow(1, COLOURS, (long) FRAME_CHANNELS - COLOURS);
    return new Decoded(flows, Tensor.cat(1, colours, logits));
  }

  // Linear between the cells before and after; behind the last cell, that cell.
  private Tensor at(Tensor grid, Tensor t) {
    double last = (double) grid.size(0) - 1;
    Tensor place = t.mul((double) grid.size(0));
    Tensor left = place.detach().add(TemporalModulation.INDEX_SLACK).floor().clampMax(last);
    Tensor right = left.add(1.0).clampMax(last);
    Tensor values = quantization.apply(grid);
    Tensor first = values.indexSelect(0, left.to(DType.I64));
    Tensor second = values.indexSelect(0, right.to(DType.I64));
    Tensor toSecond = place.sub(left).reshape(-1, 1, 1, 1);
    return first.add(second.sub(first).mul(toSecond));
  }
}
