package dev.melange.papers.ninformer;

import dev.melange.component.Default;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * The inner network, a block of MLP-Mixer: tokens are mixed, then channels, each with a residual
 * path. [B, N, D] to [B, N, D] for one number N of tokens.
 */
public final class MixerBlock extends UnaryLayer {
  /**
   * Configuration of {@code layer/ninformer-mixer}.
   *
   * @param dim features D of a token
   * @param num_patch number N of tokens
   * @param token_dim hidden width of the mixing of tokens
   * @param channel_dim hidden width of the mixing of channels
   * @param dropout rate after both linear layers of either mixing, [0, 1)
   */
  public record Config(
      int dim, int num_patch, int token_dim, int channel_dim, @Default("0.5") double dropout) {
    /** Checks that all sizes are positive. */
    public Config {
      if (dim < 1 || num_patch < 1 || token_dim < 1 || channel_dim < 1) {
        throw new IllegalArgumentException(
            "dim, num_patch, token_dim and channel_dim must be at least 1, got %d, %d, %d and %d"
                .formatted(dim, num_patch, token_dim, channel_dim));
      }
    }
  }

  private final LayerNorm tokenNorm;
  private final FeedForward tokens;
  private final LayerNorm channelNorm;
  private final FeedForward channels;

  /** A block with PyTorch's default initial weights. */
  public MixerBlock(Config config, Rng rng) {
    // token_mix.1 and token_mix.3 are the transposes of the official code.
    tokenNorm = child("token_mix.0", new LayerNorm(config.dim));
    tokens =
        child(
            "token_mix.2",
            new FeedForward(config.num_patch, config.token_dim, config.dropout, rng));
    channelNorm = child("channel_mix.0", new LayerNorm(config.dim));
    channels =
        child(
            "channel_mix.1", new FeedForward(config.dim, config.channel_dim, config.dropout, rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor mixed =
        scoped(
            () -> {
              Tensor columns = tokenNorm.forward(x).transpose(1, 2); // [B, D, N]
              return x.add(tokens.forward(columns).transpose(1, 2));
            });
    return scoped(() -> mixed.add(channels.forward(channelNorm.forward(mixed))));
  }
}
