package dev.melange.papers.maxim;

import dev.melange.component.Default;
import dev.melange.nn.ChannelLayerNorm;
import dev.melange.nn.Conv2d;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * The residual channel attention block (RCAB) of the encoders and decoders: two 3x3 convolutions
 * and channel attention, [B, C, H, W] to the same shape.
 */
public final class ResidualChannelAttention extends UnaryLayer {
  /**
   * Configuration.
   *
   * @param features C
   * @param reduction divides the channels inside the attention
   * @param lrelu_slope of the leaky ReLU between the convolutions
   * @param use_bias whether convolutions have biases
   */
  public record Config(
      int features,
      @Default("4") int reduction,
      @Default("0.2") double lrelu_slope,
      @Default("true") boolean use_bias) {
    /** Checks widths. */
    public Config {
      MaximConfig.requireReduction("features", features, reduction);
    }
  }

  private final double slope;
  private final ChannelLayerNorm norm;
  private final Conv2d conv1;
  private final Conv2d conv2;
  private final ChannelAttention attention;

  /** A block with initial weights from the stream. */
  public ResidualChannelAttention(Config config, Rng rng) {
    int f = config.features;
    slope = config.lrelu_slope;
    norm = child("LayerNorm", new ChannelLayerNorm(f, Maxim.EPS));
    conv1 = child("conv1", FlaxInit.conv3x3(f, f, config.use_bias, rng));
    conv2 = child("conv2", FlaxInit.conv3x3(f, f, config.use_bias, rng));
    attention =
        child("channel_attention", new ChannelAttention(f, config.reduction, config.use_bias, rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    return scoped(() -> x.add(attention.forward(convolutions(x))));
  }

  /** The block without its attention and shortcut: what it sees of the surroundings. */
  Tensor convolutions(Tensor x) {
    return scoped(() -> conv2.forward(conv1.forward(norm.forward(x)).leakyRelu(slope)));
  }
}
