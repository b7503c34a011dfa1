package dev.melange.papers.mambamixer;

import dev.melange.component.Default;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * A Mamba block in both directions: the sequence and its reverse go through filters, scans and
 * gates of their own, between shared projections. [B, L, d_model] to [B, L, d_model].
 */
public final class BidirectionalMamba extends SelectiveBlock {
  /**
   * Configuration of {@code layer/bidirectional-mamba}.
   *
   * @param d_model features of the input and the output
   * @param d_state states of each inner channel
   * @param d_conv length of the filters
   * @param expand inner channels as a multiple of the features
   * @param dt_rank rank of the projections to the step sizes
   */
  public record Config(
      int d_model,
      @Default("16") int d_state,
      @Default("4") int d_conv,
      @Default("2") double expand,
      @Default("\"auto\"") DtRank dt_rank) {
    /** As the configuration of a block. */
    MambaConfig block() {
      return new MambaConfig(d_model, d_state, d_conv, expand, dt_rank, false);
    }
  }

  private final Direction forward;
  private final Direction backward;

  /** A block with Mamba's initial weights. */
  public BidirectionalMamba(Config config, Rng rng) {
    this(config.block(), rng);
  }

  BidirectionalMamba(MambaConfig config, Rng rng) {
    super(config, rng);
    forward = direction("", rng);
    backward = direction("_b", rng);
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor[] parts = project(x);
    Tensor ahead = forward.forward(parts[0], parts[1]);
    Tensor back = backward.forward(parts[0].flip(2), parts[1].flip(2));
    return merge(ahead.add(back.flip(2)));
  }
}
