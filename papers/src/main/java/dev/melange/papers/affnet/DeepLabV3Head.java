package dev.melange.papers.affnet;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.Activation;
import dev.melange.nn.Conv2d;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * The head of DeepLabv3 for segmentation: convolutions of several dilations and the mean over all
 * positions side by side, a projection, and a classifier of positions. [B, C, h, w] to logits [B,
 * classes, h * output_stride, w * output_stride].
 */
public final class DeepLabV3Head extends UnaryLayer {
  /**
   * Configuration of the head.
   *
   * @param in_channels channels of the map
   * @param aspp_out_channels channels of each branch and of the projection
   * @param aspp_rates dilations of the three branches
   * @param aspp_dropout probability with which a whole channel is dropped in training
   * @param num_classes number of classes
   * @param activation swish or relu
   * @param output_stride image over map
   */
  public record Config(
      int in_channels,
      @Default("256") int aspp_out_channels,
      @Default("[6, 12, 18]") List<Integer> aspp_rates,
      @Default("0.1") double aspp_dropout,
      int num_classes,
      @Default("swish") @OneOf({"swish", "relu"}) String activation,
      @Default("16") int output_stride) {
    /** Checks the sizes. */
    public Config {
      aspp_rates = List.copyOf(aspp_rates);
      if (in_channels < 1 || aspp_out_channels < 1 || num_classes < 1 || output_stride < 1) {
        throw new IllegalArgumentException(
            "in_channels, aspp_out_channels, num_classes and output_stride must be at least 1, got %d, %d, %d and %d"
                .formatted(in_channels, aspp_out_channels, num_classes, output_stride));
      }
      if (aspp_rates.size() != DILATED || aspp_rates.stream().anyMatch(rate -> rate < 1)) {
        throw new IllegalArgumentException(
            "aspp_rates must be three dilations of at least 1, got " + aspp_rates);
      }
      if (!(aspp_dropout >= 0 && aspp_dropout < 1)) {
        throw new IllegalArgumentException("aspp_dropout must lie in [0, 1), got " + aspp_dropout);
      }
    }
  }

  private static final int DILATED = 3;
  private static final String ASPP = "aspp.aspp_layer.";

  private final Config config;
  private final ConvBlock[] convs = new ConvBlock[1 + DILATED];
  private final ConvBlock pooled;
  private final ConvBlock project;
  private final Conv2d classifier;

  /** A head with initial weights. */
  public DeepLabV3Head(Config config, Rng rng) {
    this.config = config;
    Activation activation = ConvBlock.activation(config.activation);
    int in = config.in_channels;
    int out = config.aspp_out_channels;
    convs[0] = child(ASPP + "convs.0", ConvBlock.pointwise(in, out, activation, rng));
    for (int i = 1; i <= DILATED; i++) {
      int rate = config.aspp_rates.get(i - 1);
      Conv2d.Spec spec = Conv2d.Spec.of(in, out, 3).padding(rate).dilation(rate);
      convs[i] = child(ASPP + "convs." + i, new ConvBlock(spec, activation, rng));
    }
    pooled =
        child(ASPP + "convs.4.aspp_pool.conv_1x1", ConvBlock.pointwise(in, out, activation, rng));
    project =
        child(ASPP + "project", ConvBlock.pointwise((2 + DILATED) * out, out, activation, rng));
    classifier = child("classifier.block.conv", new Conv2d(out, config.num_classes, 1, rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    requireMap(x);
    return forward(x, x.size(2) * config.output_stride, x.size(3) * config.output_stride);
  }

  /** Logits [B, classes, height, width] for a mask of a given size. */
  public Tensor forward(Tensor x, long height, long width) {
    requireMap(x);
    Tensor[] branches = new Tensor[convs.length + 1];
    for (int i = 0; i < convs.length; i++) {
      branches[i] = convs[i].forward(x);
    }
    // a map of one position resized to h x w is constant, whatever the interpolation
    branches[convs.length] =
        pooled
            .forward(x.meanKeep(2, 3))
            .expand(x.size(0), config.aspp_out_channels, x.size(2), x.size(3));
    Tensor y = dropChannels(project.forward(Tensor.cat(1, branches)));
    return Nn.resizeBilinear(classifier.forward(y), height, width, true);
  }

  private Tensor dropChannels(Tensor x) {
    if (!isTraining() || config.aspp_dropout == 0) {
      return x;
    }
    double keep = 1 - config.aspp_dropout;
    Tensor mask = Rng.bound().bernoulli(keep, x.size(0), x.size(1), 1, 1);
    return x.mul(mask.to(x.dtype()).to(x.device()).div(keep));
  }

  private void requireMap(Tensor x) {
    if (x.dim() != 4 || x.size(1) != config.in_channels) {
      throw new IllegalArgumentException(
          "the DeepLabv3 head expects a map [B, %d, h, w], got %s"
              .formatted(config.in_channels, Arrays.toString(x.shape())));
    }
  }
}
