package dev.melange.papers.coordinateawaremodulation;

import dev.melange.nn.BatchNorm;
import dev.melange.nn.InstanceNorm;
import dev.melange.nn.Layer;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * A block of the decoder: convolution, enlargement by pixel shuffle, modulation over time or
 * another normalisation, and activation. [B, in, h, w] to [B, out, stride h, stride w].
 */
final class VideoBlock extends Layer {
  private static final int KERNEL = 3;
  private static final int GROUPS = 8;
  private static final int UNGROUPED_STRIDE = 5; // compact stages of this stride are full ones

  private final int out;
  private final int stride;
  private final String activation;
  private final QuantizedConv first;
  private final QuantizedConv second; // null without
  private final TemporalModulation modulation; // null without
  private final UnaryLayer norm; // null without

  VideoBlock(CamVideo.Config config, int in, int out, int stride, Rng rng) {
    this.out = out;
    this.stride = stride;
    activation = config.act();
    var quantization = new WeightQuantization(config.wbit());
    boolean grouped = config.conv_type().equals("compact") && stride != UNGROUPED_STRIDE;
    int groups = grouped ? GROUPS : 1;
    int wide = out * stride * stride;
    if (in % groups != 0 || wide % groups != 0) {
      throw new IllegalArgumentException(
          "compact convolutions need channels that are multiples of %d, got %d to %d; change fc_hw_dim, expansion or lower_width"
              .formatted(GROUPS, in, wide));
    }
    boolean bias = config.bias();
    first =
        child("conv.conv1", new QuantizedConv(in, wide, KERNEL, groups, bias, quantization, rng));
    second =
        grouped
            ? child("conv.conv2", new QuantizedConv(wide, wide, 1, 1, bias, quantization, rng))
            : null;
    modulation =
        config.mod_dim() > 0
            ? child(
                "norm",
                new TemporalModulation(
                    new TemporalModulation.Config(config.mod_dim(), out, config.wbit()), rng))
            : null;
    norm = modulation == null ? norm(config.norm(), out) : null;
  }

  private UnaryLayer norm(String name, int channels) {
    return switch (name) {
      case "none" -> null;
      case "bn" -> child("norm", new BatchNorm(channels));
      case "in" -> child("norm", new InstanceNorm(channels));
      default -> throw new IllegalArgumentException("unknown norm '" + name + "'");
    };
  }

  /** Channels of the output. */
  int out() {
    return out;
  }

  Tensor forward(Tensor x, Tensor t) {
    Tensor h = first.forward(x);
    if (second != null) {
      h = second.forward(h);
    }
    h = Nn.pixelShuffle(h, stride);
    if (modulation != null) {
      h = modulation.forward(h, t);
    } else if (norm != null) {
      h = norm.forward(h);
    }
    return activate(h);
  }

  private Tensor activate(Tensor x) {
    return switch (activation) {
      case "relu" -> x.relu();
      case "leaky" -> x.leakyRelu(0.01);
      case "leaky01" -> x.leakyRelu(0.1);
      case "relu6" -> x.clamp(0, 6);
      case "gelu" -> x.gelu();
      case "sin" -> x.sin();
      case "swish" -> x.silu();
      case "softplus" -> x.softplus();
      case "hardswish" -> x.mul(x.add(3.0).clamp(0, 6)).div(6.0);
      default -> throw new IllegalArgumentException("unknown activation '" + activation + "'");
    };
  }
}
