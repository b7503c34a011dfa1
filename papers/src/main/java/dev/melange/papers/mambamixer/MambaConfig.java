package dev.melange.papers.mambamixer;

import dev.melange.component.Default;

/**
 * Sizes of a Mamba block, the configuration of {@code layer/mamba}.
 *
 * @param d_model features of the input and the output
 * @param d_state states N of each inner channel
 * @param d_conv length of the filter, or side in two dimensions
 * @param expand inner channels as a multiple of the features
 * @param dt_rank rank of the projection to the step sizes
 * @param bias whether the first and the last projection have one
 */
public record MambaConfig(
    int d_model,
    @Default("16") int d_state,
    @Default("4") int d_conv,
    @Default("2") double expand,
    @Default("\"auto\"") DtRank dt_rank,
    @Default("false") boolean bias) {
  /** Checks the sizes. */
  public MambaConfig {
    if (d_model < 1 || d_state < 1 || d_conv < 1) {
      throw new IllegalArgumentException(
          "d_model, d_state and d_conv must be at least 1, got %d, %d and %d"
              .formatted(d_model, d_state, d_conv));
    }
    if (!(expand * d_model >= 1 && expand * d_model <= Integer.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "expand x d_model is the number of inner channels and must be at least 1, got %s x %d"
              .formatted(expand, d_model));
    }
  }

  /** Without biases of the projections, and with an automatic rank. */
  static MambaConfig of(int features, int states, int filter, double expand) {
    return new MambaConfig(features, states, filter, expand, DtRank.AUTO, false);
  }

  /** Inner channels. */
  public int d_inner() {
    return (int) (expand * d_model);
  }

  /** Rank of the projection to the step sizes. */
  public int rank() {
    return dt_rank.of(d_model);
  }
}
