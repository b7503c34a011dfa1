package dev.melange.papers.mambamixer;

import dev.melange.component.Default;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * Mixes channels by selection: a {@link BidirectionalMamba} along the channels, whose features are
 * the tokens. [B, L, D] to [B, L, D], for one number of tokens L and any number of channels.
 */
public final class SelectiveChannelMixer extends UnaryLayer {
  /**
   * Configuration of {@code layer/selective-channel-mixer}.
   *
   * @param num_tokens L
   * @param d_state states of each inner channel
   * @param d_conv length of the filters
   * @param expand inner channels as a multiple of the tokens
   * @param dt_rank rank of the projections to the step sizes
   * @param token_dim what the tokens are reduced to and restored from by linear layers; 0 for
   *     neither (ours, for images of many tokens)
   */
  public record Config(
      int num_tokens,
      @Default("16") int d_state,
      @Default("4") int d_conv,
      @Default("2") double expand,
      @Default("\"auto\"") DtRank dt_rank,
      @Default("0") int token_dim) {
    /** Checks the sizes that the block does not. */
    public Config {
      if (num_tokens < 1 || token_dim < 0) {
        throw new IllegalArgumentException(
            "num_tokens must be at least 1 and token_dim at least 0, got %d and %d"
                .formatted(num_tokens, token_dim));
      }
    }

    private MambaConfig block() {
      int width = token_dim > 0 ? token_dim : num_tokens;
      return new MambaConfig(width, d_state, d_conv, expand, dt_rank, false);
    }
  }

  private final Linear reduce; // null without token_dim
  private final BidirectionalMamba mixer;
  private final Linear restore; // null without token_dim

  /** A mixer with Mamba's initial weights, and PyTorch's of the linear layers. */
  public SelectiveChannelMixer(Config config, Rng rng) {
    boolean reduces = config.token_dim > 0;
    reduce = reduces ? child("reduce", new Linear(config.num_tokens, config.token_dim, rng)) : null;
    mixer = child("mixer", new BidirectionalMamba(config.block(), rng));
    restore =
        reduces ? child("restore", new Linear(config.token_dim, config.num_tokens, rng)) : null;
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor tokens = x.transpose(1, 2); // [B, D, L]
    Tensor mixed =
        reduce == null
            ? mixer.forward(tokens)
            : restore.forward(mixer.forward(reduce.forward(tokens)));
    return mixed.transpose(1, 2);
  }
}
