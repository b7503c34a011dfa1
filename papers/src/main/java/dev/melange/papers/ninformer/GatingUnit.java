package dev.melange.papers.ninformer;

import dev.melange.component.Default;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * The gating unit that stands in the place of attention: {@code proj(x) * Mixer(x)}, element by
 * element, with no activation and no residual path of its own. [B, N, D] to [B, N, D].
 *
 * <p>The product is unbounded; it is computed in float32 at least, whatever the precision of the
 * engine.
 */
public final class GatingUnit extends UnaryLayer {
  /**
   * Configuration of {@code layer/ninformer-gate}.
   *
   * @param dim features D of a token
   * @param seq_len number N of tokens
   * @param token_dim hidden width of the mixing of tokens
   * @param channel_dim hidden width of the mixing of channels
   * @param dropout rate inside the gate, [0, 1)
   */
  public record Config(
      int dim, int seq_len, int token_dim, int channel_dim, @Default("0.5") double dropout) {
    /** Checks that all sizes are positive. */
    public Config {
      if (dim < 1 || seq_len < 1 || token_dim < 1 || channel_dim < 1) {
        throw new IllegalArgumentException(
            "dim, seq_len, token_dim and channel_dim must be at least 1, got %d, %d, %d and %d"
                .formatted(dim, seq_len, token_dim, channel_dim));
      }
    }

    private MixerBlock.Config mixer() {
      return new MixerBlock.Config(dim, seq_len, token_dim, channel_dim, dropout);
    }
  }

  private final MixerBlock mixer;
  private final Linear projection;

  /** A unit with PyTorch's default initial weights. */
  public GatingUnit(Config config, Rng rng) {
    mixer = child("Mixer", new MixerBlock(config.mixer(), rng));
    projection = child("proj", new Linear(config.dim, config.dim, rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor gate = gate(x);
    return precise(projection.forward(x)).mul(precise(gate));
  }

  /** The gate alone, {@code Mixer(x)}: [B, N, D]. */
  public Tensor gate(Tensor x) {
    return mixer.forward(x);
  }

  private static Tensor precise(Tensor x) {
    return x.dtype().bytes() < DType.F32.bytes() ? x.to(DType.F32) : x;
  }
}
