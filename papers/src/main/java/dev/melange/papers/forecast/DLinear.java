package dev.melange.papers.forecast;

import dev.melange.component.Default;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * DLinear (Zeng et al., 2023), the linear baseline of long-term forecasting: a moving average
 * splits the history into season and trend, and one linear map over time for each, shared by all
 * channels, forecasts them.
 */
public final class DLinear extends UnaryLayer {
  /**
   * Sizes.
   *
   * @param seq_len history length, T
   * @param pred_len horizon, H
   * @param moving_avg window of the moving average, odd
   */
  public record Config(
      @Default("96") int seq_len, @Default("96") int pred_len, @Default("25") int moving_avg) {
    /** Checks the sizes. */
    public Config {
      if (seq_len < 1 || pred_len < 1) {
        throw new IllegalArgumentException(
            "seq_len and pred_len must be positive, got %d and %d".formatted(seq_len, pred_len));
      }
    }
  }

  private final Config config;
  private final SeriesDecomposition decomposition;
  private final Linear season;
  private final Linear trend;

  /** An untrained model. */
  public DLinear(Config config, Rng rng) {
    this.config = config;
    decomposition =
        new SeriesDecomposition(
            new SeriesDecomposition.Config("moving_avg", config.moving_avg(), 1));
    season = child("Linear_Seasonal", new Linear(config.seq_len(), config.pred_len(), rng));
    trend = child("Linear_Trend", new Linear(config.seq_len(), config.pred_len(), rng));
  }

  /** Forecasts [B, T, N] to [B, H, N]. */
  @Override
  public Tensor forward(Tensor x) {
    if (x.dim() != 3 || x.size(1) != config.seq_len()) {
      throw new IllegalArgumentException(
          "x must be [B, %d, N], got %s"
              .formatted(config.seq_len(), java.util.Arrays.toString(x.shape())));
    }
    return scoped(
        () -> {
          SeriesDecomposition.Parts parts = decomposition.split(x);
          Tensor seasonal = season.forward(parts.season().transpose(1, 2));
          return seasonal.add(trend.forward(parts.trend().transpose(1, 2))).transpose(1, 2);
        });
  }
}
