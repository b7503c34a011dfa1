package dev.melange.papers.maxim;

import dev.melange.component.Default;
import dev.melange.nn.Dropout;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * The residual dense channel attention block (RDCAB) of the bottleneck: an MLP over the channels
 * and channel attention, [B, C, H, W] to the same shape.
 */
public final class ChannelMixing extends UnaryLayer {
  /**
   * Configuration.
   *
   * @param features C; the hidden width is the same
   * @param reduction divides the channels inside the attention
   * @param use_bias whether linear layers and convolutions have biases
   * @param dropout_rate after the activation
   */
  public record Config(
      int features,
      @Default("16") int reduction,
      @Default("true") boolean use_bias,
      @Default("0") double dropout_rate) {
    /** Checks widths. */
    public Config {
      MaximConfig.requireReduction("features", features, reduction);
    }
  }

  private final LayerNorm norm;
  private final Linear expand;
  private final Linear contract;
  private final Dropout drop;
  private final ChannelAttention attention;

  /** A block with initial weights from the stream. */
  public ChannelMixing(Config config, Rng rng) {
    int f = config.features;
    boolean bias = config.use_bias;
    norm = child("LayerNorm", new LayerNorm(f, Maxim.EPS));
    expand = child("channel_mixing.Dense_0", FlaxInit.narrow(f, f, bias, rng));
    contract = child("channel_mixing.Dense_1", FlaxInit.narrow(f, f, bias, rng));
    drop = child("dropout", new Dropout(config.dropout_rate));
    attention = child("channel_attention", new ChannelAttention(f, config.reduction, bias, rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    return scoped(
        () -> {
          Tensor pixels = norm.forward(x.permute(0, 2, 3, 1)); // [B, H, W, C]
          Tensor hidden = drop.forward(expand.forward(pixels).geluTanh());
          return x.add(attention.forward(contract.forward(hidden).permute(0, 3, 1, 2)));
        });
  }
}
