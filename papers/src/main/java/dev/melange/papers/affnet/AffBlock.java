package dev.melange.papers.affnet;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.Activation;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Inner blocks, a norm, a projection, and the fusion of the result with the input (section 3.4).
 * [B, in_channels, H, W] to the same shape.
 */
public final class AffBlock extends UnaryLayer {
  /**
   * Configuration of the block.
   *
   * @param in_channels channels of input and output
   * @param dim channels of the inner blocks; as many as {@code in_channels}
   * @param ffn_dim hidden channels of the inverted residuals, rounded to a multiple of 8
   * @param n_blocks number of inner blocks
   * @param num_blocks groups of channels in the filters
   * @param sparsity_threshold of the filters
   * @param attn_norm_layer layer_norm_2d (statistics over C, H, W of a sample), layer_norm (over C
   *     at each position, eps added to the standard deviation) or batch_norm
   * @param no_fuse whether the input is left out at the end
   * @param activation swish or relu
   */
  public record Config(
      int in_channels,
      int dim,
      int ffn_dim,
      int n_blocks,
      @Default("8") int num_blocks,
      @Default("0.01") double sparsity_threshold,
      @Default("layer_norm_2d") @OneOf({"layer_norm_2d", "layer_norm", "batch_norm"})
          String attn_norm_layer,
      @Default("false") boolean no_fuse,
      @Default("swish") @OneOf({"swish", "relu"}) String activation) {
    /** Checks the sizes. */
    public Config {
      if (in_channels < 1 || ffn_dim < 1 || n_blocks < 1) {
        throw new IllegalArgumentException(
            "in_channels, ffn_dim and n_blocks must be at least 1, got %d, %d and %d"
                .formatted(in_channels, ffn_dim, n_blocks));
      }
      if (dim != in_channels) {
        throw new IllegalArgumentException(
            "the inner blocks work on the input itself, so dim must be in_channels, got %d and %d"
                .formatted(dim, in_channels));
      }
      if (num_blocks < 1 || dim % num_blocks != 0) {
        throw new IllegalArgumentException(
            "num_blocks must divide the channels, got %d channels and %d blocks"
                .formatted(dim, num_blocks));
      }
    }
  }

  private final List<AffInnerBlock> inner = new ArrayList<>();
  private final UnaryLayer norm;
  private final ConvBlock convProj;
  private final ConvBlock fusion; // null with no_fuse

  /** A block with initial weights. */
  public AffBlock(Config config, Rng rng) {
    int dim = config.dim;
    for (int i = 0; i < config.n_blocks; i++) {
      inner.add(child("global_rep." + i, inner(config, rng)));
    }
    norm = child("global_rep." + config.n_blocks, AffInnerBlock.norm(config.attn_norm_layer, dim));
    convProj =
        child("conv_proj", ConvBlock.pointwise(dim, config.in_channels, Activation.IDENTITY, rng));
    fusion =
        config.no_fuse
            ? null
            : child(
                "fusion",
                ConvBlock.pointwise(
                    2 * config.in_channels,
                    config.in_channels,
                    ConvBlock.activation(config.activation),
                    rng));
  }

  private static AffInnerBlock inner(Config config, Rng rng) {
    int dim = config.dim;
    InvertedResidual.Config mlp =
        new InvertedResidual.Config(
            dim, dim, 1, (double) config.ffn_dim / dim, 1, config.activation);
    AffTokenMixer.Config filter =
        new AffTokenMixer.Config(
            dim, config.num_blocks, config.sparsity_threshold, 1, config.activation);
    return new AffInnerBlock(
        AffInnerBlock.norm(config.attn_norm_layer, dim),
        new InvertedResidual(mlp, rng),
        AffInnerBlock.norm(config.attn_norm_layer, dim),
        new AffTokenMixer(filter, rng));
  }

  /** The inner blocks in order. */
  List<AffInnerBlock> innerBlocks() {
    return inner;
  }

  /** What each filter does to a map, in order. */
  List<AffTokenMixer.Filtered> filters(Tensor x) {
    List<AffTokenMixer.Filtered> filters = new ArrayList<>();
    Tensor y = x;
    for (AffInnerBlock block : inner) {
      filters.add(block.filter(y));
      y = block.forward(y);
    }
    return filters;
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor y = x;
    for (AffInnerBlock block : inner) {
      Tensor in = y;
      y = scoped(() -> block.forward(in));
    }
    Tensor mixed = y;
    return scoped(
        () -> {
          Tensor projected = convProj.forward(norm.forward(mixed));
          return fusion == null ? projected : fusion.forward(Tensor.cat(1, x, projected));
        });
  }
}
