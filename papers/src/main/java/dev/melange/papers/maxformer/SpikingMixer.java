package dev.melange.papers.maxformer;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.BatchNorm;
import dev.melange.nn.Conv2d;
import dev.melange.nn.UnaryLayer;
import dev.melange.nn.spiking.Steps;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * The token mixers, [T, B, C, H, W] to the same shape. Pooling works on the real-valued signal and
 * takes its place; all others work on spikes and are added to it.
 */
public final class SpikingMixer extends UnaryLayer {
  /**
   * Configuration.
   *
   * @param type identity; max or avg: 3x3 pooling; dwc3, dwc5, dwc7: depthwise convolution; ssa:
   *     spiking self-attention; ssa-dwc: the same with a depthwise 5x5 convolution at its end; qka:
   *     token query-key attention
   * @param dim C
   * @param num_heads divides dim; ignored unless the type is an attention
   */
  public record Config(
      @Default("dwc3")
          @OneOf({"identity", "max", "avg", "dwc3", "dwc5", "dwc7", "ssa", "ssa-dwc", "qka"})
          String type,
      int dim,
      @Default("8") int num_heads) {
    /** Checks the widths. */
    public Config {
      if (dim < 1) {
        throw new IllegalArgumentException("dim must be at least 1, got " + dim);
      }
      if (isAttention(type) && (num_heads < 1 || dim % num_heads != 0)) {
        throw new IllegalArgumentException(
            "num_heads must divide dim for %s, got num_heads %d and dim %d"
                .formatted(type, num_heads, dim));
      }
    }

    private static boolean isAttention(String type) {
      return type.equals("ssa") || type.equals("ssa-dwc") || type.equals("qka");
    }

    /** Whether the mixer is an attention. */
    boolean isAttention() {
      return isAttention(type);
    }
  }

  private final UnaryLayer rule;

  /** A mixer with PyTorch's default initial weights. */
  public SpikingMixer(Config config, Rng rng) {
    this(config, Neurons.SPIKING, rng);
  }

  SpikingMixer(Config config, Neurons neurons, Rng rng) {
    String type = config.type();
    rule =
        switch (type) {
          case "identity" -> new Pooling(x -> x);
          case "max" -> new Pooling(x -> Nn.maxPool2d(x, 3, 1, 1));
          case "avg" -> new Pooling(x -> Nn.avgPool2d(x, 3, 1, 1, false));
          case "dwc3", "dwc5", "dwc7" ->
              new Depthwise(config.dim(), Integer.parseInt(type.substring(3)), neurons, rng);
          case "ssa", "ssa-dwc" ->
              new SpikingAttention(
                  config.dim(), config.num_heads(), type.equals("ssa-dwc"), neurons, rng);
          case "qka" -> new QueryKeyAttention(config.dim(), config.num_heads(), neurons, rng);
          default -> throw new IllegalArgumentException("unknown mixer '" + type + "'");
        };
    // its parts are registered here, because the official names have no level for the rule
    rule.children().forEach(this::child);
  }

  @Override
  public Tensor forward(Tensor x) {
    return rule.forward(x);
  }

  /** A function of real-valued maps, without neurons or residual. */
  private static final class Pooling extends UnaryLayer {
    private final UnaryOperator<Tensor> pool;

    Pooling(UnaryOperator<Tensor> pool) {
      this.pool = pool;
    }

    @Override
    public Tensor forward(Tensor x) {
      return Steps.apply(pool, x);
    }
  }

  /** Neurons, depthwise convolution, batch norm, residual. */
  private static final class Depthwise extends UnaryLayer {
    private final UnaryLayer neuron;
    private final Conv2d conv;
    private final BatchNorm norm;

    Depthwise(int dim, int size, Neurons neurons, Rng rng) {
      String name = size == 7 ? "conv5" : "conv"; // as in the official code
      neuron = child(name + "_lif", neurons.make());
      conv = child(name, depthwise(dim, size, rng));
      norm = child(name + "_bn", new BatchNorm(dim));
    }

    @Override
    public Tensor forward(Tensor x) {
      return x.add(Steps.apply(s -> norm.forward(conv.forward(s)), neuron.forward(x)));
    }
  }

  /** A depthwise convolution with bias that keeps the size. */
  static Conv2d depthwise(int dim, int size, Rng rng) {
    return new Conv2d(Conv2d.Spec.of(dim, dim, size).padding(size / 2).groups(dim), rng);
  }
}
