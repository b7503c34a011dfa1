package dev.melange.papers.ninformer;

import dev.melange.component.Default;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.TokenGrid;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * A block: {@code x + mgu(norm(x))}, then {@code x + ffn(norm(x))}, with one and the same
 * normalisation in both places, as in the official code. [B, N, D] to [B, N, D].
 */
public final class NinBlock extends UnaryLayer {
  /**
   * Configuration of {@code layer/ninformer-block}.
   *
   * @param d_model features D of a token
   * @param d_ffn hidden width of the feed-forward network and of both mixings of the gate
   * @param seq_len number N of tokens
   * @param dropout rate in all feed-forward networks, [0, 1)
   */
  public record Config(int d_model, int d_ffn, int seq_len, @Default("0.5") double dropout) {
    /** Checks that all sizes are positive. */
    public Config {
      if (d_model < 1 || d_ffn < 1 || seq_len < 1) {
        throw new IllegalArgumentException(
            "d_model, d_ffn and seq_len must be at least 1, got %d, %d and %d"
                .formatted(d_model, d_ffn, seq_len));
      }
    }

    private GatingUnit.Config unit() {
      return new GatingUnit.Config(d_model, seq_len, d_ffn, d_ffn, dropout);
    }
  }

  private final LayerNorm norm;
  private UnaryLayer unit; // a GatingUnit unless it was replaced
  private final FeedForward ffn;

  /** A block with PyTorch's default initial weights. */
  public NinBlock(Config config, Rng rng) {
    norm = child("norm", new LayerNorm(config.d_model));
    unit = child("mgu", new GatingUnit(config.unit(), rng));
    ffn = child("ffn", new FeedForward(config.d_model, config.d_ffn, config.dropout, rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor gated = scoped(() -> x.add(unit.forward(norm.forward(x))));
    return scoped(() -> gated.add(ffn.forward(norm.forward(gated))));
  }

  /**
   * The gate that this block applies to its input: [B, N, D].
   *
   * @throws IllegalStateException if the gating unit was replaced
   */
  public Tensor gate(Tensor x) {
    if (!(unit instanceof GatingUnit gating)) {
      throw new IllegalStateException("the block has no gate: its gating unit was replaced");
    }
    return scoped(() -> gating.gate(norm.forward(x)));
  }

  /** Puts a mixer of maps [B, D, h, w] in the place of the gating unit. */
  void replaceUnit(UnaryLayer mixer, TokenGrid grid) {
    unit = replaceChild("mgu", grid.onTokens(mixer));
  }
}
