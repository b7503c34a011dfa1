package dev.melange.papers.forecast;

import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * NLinear (Zeng et al., 2023): the last value is taken from the history, one linear map over time,
 * shared by all channels, forecasts the rest, and the value is added again. [B, T, N] to [B, H, N].
 */
public final class NormalizedLinear extends UnaryLayer {
  /**
   * Sizes.
   *
   * @param seq_len history length, T
   * @param pred_len horizon, H
   */
  public record Config(int seq_len, int pred_len) {
    /** Checks the sizes. */
    public Config {
      if (seq_len < 1 || pred_len < 1) {
        throw new IllegalArgumentException(
            "seq_len and pred_len must be positive, got %d and %d".formatted(seq_len, pred_len));
      }
    }
  }

  private final Linear linear;

  /** A model with initial weights from the stream. */
  public NormalizedLinear(Config config, Rng rng) {
    linear = child("Linear", new Linear(config.seq_len(), config.pred_len(), rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor last = x.narrow(1, x.size(1) - 1, 1);
    return linear.forward(x.sub(last).transpose(1, 2)).transpose(1, 2).add(last);
  }
}
