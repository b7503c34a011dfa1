package dev.melange.papers.affnet;

import dev.melange.nn.BatchNorm;
import dev.melange.nn.GroupNorm;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Tensor;

/**
 * Norm, inverted residual, norm, token mixer, and the block's input added (section 3.4); the
 * inverted residual and the mixer add their inputs, too. [B, C, H, W] to the same shape.
 */
final class AffInnerBlock extends UnaryLayer {
  private static final double EPS = 1e-5;

  private final UnaryLayer norm1;
  private final UnaryLayer mlp;
  private final UnaryLayer norm2;
  private UnaryLayer filter;

  /** A block of the given parts. */
  AffInnerBlock(UnaryLayer norm1, UnaryLayer mlp, UnaryLayer norm2, UnaryLayer filter) {
    this.norm1 = child("norm1", norm1);
    this.mlp = child("mlp", mlp);
    this.norm2 = child("norm2", norm2);
    this.filter = child("filter", filter);
  }

  @Override
  public Tensor forward(Tensor x) {
    return x.add(filter.forward(local(x)));
  }

  private Tensor local(Tensor x) {
    return scoped(() -> norm2.forward(mlp.forward(norm1.forward(x))));
  }

  /**
   * What the block's filter does to a map.
   *
   * @throws IllegalStateException if another token mixer stands in its place
   */
  AffTokenMixer.Filtered filter(Tensor x) {
    if (filter instanceof AffTokenMixer adaptive) {
      return adaptive.filter(local(x));
    }
    throw new IllegalStateException(
        "the block mixes tokens by %s, not by an adaptive frequency filter"
            .formatted(filter.getClass().getSimpleName()));
  }

  /** Puts another token mixer, [B, C, H, W] to the same shape, in the place of the filter. */
  void replaceMixer(UnaryLayer mixer) {
    filter = replaceChild("filter", mixer);
  }

  /** The norm of a name over [B, C, H, W]: layer_norm_2d, layer_norm or batch_norm. */
  static UnaryLayer norm(String name, int channels) {
    return switch (name) {
      case "layer_norm_2d" -> new GroupNorm(1, channels, EPS);
      case "layer_norm" -> new DeviationNorm(channels);
      case "batch_norm" -> new BatchNorm(channels);
      default ->
          throw new IllegalArgumentException(
              "unknown norm '" + name + "'; known: layer_norm_2d, layer_norm, batch_norm");
    };
  }

  /**
   * Over the channels of each position {@code (x - mean) / (std + eps)}: other than usual, eps is
   * outside the root.
   */
  private static final class DeviationNorm extends UnaryLayer {
    private final Tensor weight;
    private final Tensor bias;

    DeviationNorm(int channels) {
      weight = parameter("weight", Tensor.ones(channels));
      bias = parameter("bias", Tensor.zeros(channels));
    }

    @Override
    public Tensor forward(Tensor x) {
      Tensor deviation = x.std(0, 1).unsqueeze(1).add(EPS);
      Tensor scaled = x.sub(x.meanKeep(1)).div(deviation);
      return scaled.mul(weight.reshape(-1, 1, 1)).add(bias.reshape(-1, 1, 1));
    }
  }
}
