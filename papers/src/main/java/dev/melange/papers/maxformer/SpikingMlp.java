package dev.melange.papers.maxformer;

import dev.melange.nn.BatchNorm;
import dev.melange.nn.Conv2d;
import dev.melange.nn.UnaryLayer;
import dev.melange.nn.spiking.Steps;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * The channel MLP of a block: twice neurons, 1x1 convolution and batch norm, and the residual. If
 * the hidden width is that of the input, each half has a residual of its own. [T, B, C, H, W] to
 * the same shape.
 */
public final class SpikingMlp extends UnaryLayer {
  /**
   * Configuration.
   *
   * @param in_features C
   * @param hidden_features width between the two convolutions
   */
  public record Config(int in_features, int hidden_features) {
    /** Checks the widths. */
    public Config {
      if (in_features < 1 || hidden_features < 1) {
        throw new IllegalArgumentException(
            "in_features and hidden_features must be at least 1, got %d and %d"
                .formatted(in_features, hidden_features));
      }
    }
  }

  private final boolean sameWidth;
  private final UnaryLayer fc1Lif;
  private final Conv2d fc1;
  private final BatchNorm fc1Norm;
  private final UnaryLayer fc2Lif;
  private final Conv2d fc2;
  private final BatchNorm fc2Norm;

  /** An MLP with PyTorch's default initial weights. */
  public SpikingMlp(Config config, Rng rng) {
    this(config, Neurons.SPIKING, rng);
  }

  SpikingMlp(Config config, Neurons neurons, Rng rng) {
    int in = config.in_features();
    int hidden = config.hidden_features();
    sameWidth = in == hidden;
    fc1Lif = child("fc1_lif", neurons.make());
    fc1 = child("fc1_conv", new Conv2d(in, hidden, 1, rng));
    fc1Norm = child("fc1_bn", new BatchNorm(hidden));
    fc2Lif = child("fc2_lif", neurons.make());
    fc2 = child("fc2_conv", new Conv2d(hidden, in, 1, rng));
    fc2Norm = child("fc2_bn", new BatchNorm(in));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor branch = half(x, fc1Lif, fc1, fc1Norm);
    Tensor hidden = sameWidth ? x.add(branch) : branch;
    Tensor shortcut = sameWidth ? hidden : x;
    return half(hidden, fc2Lif, fc2, fc2Norm).add(shortcut);
  }

  private static Tensor half(Tensor x, UnaryLayer neuron, Conv2d conv, BatchNorm norm) {
    return scoped(() -> Steps.apply(s -> norm.forward(conv.forward(s)), neuron.forward(x)));
  }
}
