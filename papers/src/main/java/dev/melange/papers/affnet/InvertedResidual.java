package dev.melange.papers.affnet;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.Activation;
import dev.melange.nn.Conv2d;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * The inverted residual of MobileNetV2: widen, depthwise 3x3, narrow; added to the input where
 * shapes allow. [B, in, H, W] to [B, out, ceil(H / stride), ceil(W / stride)].
 */
public final class InvertedResidual extends UnaryLayer {
  /**
   * Configuration of the block.
   *
   * @param in_channels channels of the input
   * @param out_channels channels of the output
   * @param stride 1 or 2
   * @param expand_ratio hidden over input channels, rounded to a multiple of 8; 1 for no widening
   * @param dilation of the depthwise convolution
   * @param activation swish or relu
   */
  public record Config(
      int in_channels,
      int out_channels,
      @Default("1") int stride,
      double expand_ratio,
      @Default("1") int dilation,
      @Default("swish") @OneOf({"swish", "relu"}) String activation) {
    /** Checks the sizes. */
    public Config {
      if (in_channels < 1 || out_channels < 1 || dilation < 1 || !(expand_ratio > 0)) {
        throw new IllegalArgumentException(
            "in_channels, out_channels and dilation must be at least 1 and expand_ratio positive, got %d, %d, %d and %s"
                .formatted(in_channels, out_channels, dilation, expand_ratio));
      }
      if (stride != 1 && stride != 2) {
        throw new IllegalArgumentException("stride must be 1 or 2, got " + stride);
      }
      if (expand_ratio == 1 && in_channels % DIVISOR != 0) {
        throw new IllegalArgumentException(
            "without widening (expand_ratio 1) in_channels must be a multiple of %d, got %d"
                .formatted(DIVISOR, in_channels));
      }
    }

    int hidden() {
      return makeDivisible(Math.rint(in_channels * expand_ratio));
    }
  }

  private static final int DIVISOR = 8;

  private final ConvBlock widen; // null without widening
  private final UnaryLayer depthwise; // null when positions are not to be mixed
  private final ConvBlock narrow;
  private final boolean residual;

  /** A block with initial weights. */
  public InvertedResidual(Config config, Rng rng) {
    this(config, true, rng);
  }

  private InvertedResidual(Config config, boolean mixing, Rng rng) {
    Activation activation = ConvBlock.activation(config.activation);
    int hidden = config.hidden();
    widen =
        config.expand_ratio == 1
            ? null
            : child(
                "block.exp_1x1", ConvBlock.pointwise(config.in_channels, hidden, activation, rng));
    depthwise =
        mixing
            ? child(
                "block.conv_3x3",
                new ConvBlock(
                    Conv2d.Spec.of(hidden, hidden, 3)
                        .stride(config.stride)
                        .padding(config.dilation)
                        .dilation(config.dilation)
                        .groups(hidden),
                    activation,
                    rng))
            : null;
    narrow =
        child(
            "block.red_1x1",
            ConvBlock.pointwise(hidden, config.out_channels, Activation.IDENTITY, rng));
    residual = config.stride == 1 && config.in_channels == config.out_channels;
  }

  /** The block without its depthwise convolution: no position sees another. */
  static InvertedResidual withoutMixing(Config config, Rng rng) {
    return new InvertedResidual(config, false, rng);
  }

  /** A width as a multiple of 8, at least 8 and at least nine tenths of what is asked for. */
  static int makeDivisible(double width) {
    int rounded = Math.max(DIVISOR, (int) (width + DIVISOR / 2.0) / DIVISOR * DIVISOR);
    return rounded < 0.9 * width ? rounded + DIVISOR : rounded;
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor y =
        scoped(
            () -> {
              Tensor wide = widen == null ? x : widen.forward(x);
              return narrow.forward(depthwise == null ? wide : depthwise.forward(wide));
            });
    return residual ? x.add(y) : y;
  }
}
