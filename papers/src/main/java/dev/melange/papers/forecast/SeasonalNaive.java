package dev.melange.papers.forecast;

import dev.melange.component.Default;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * The seasonal naive forecast, which repeats the last season: the baseline that any model must
 * beat. There is nothing to train; with a season of one row it repeats the last value.
 */
public final class SeasonalNaive extends UnaryLayer {
  /**
   * Sizes.
   *
   * @param seq_len history length, T
   * @param pred_len horizon, H
   * @param season rows after which the series repeats itself, at most T
   */
  public record Config(int seq_len, int pred_len, @Default("1") int season) {
    /** Checks the sizes. */
    public Config {
      if (pred_len < 1 || season < 1) {
        throw new IllegalArgumentException(
            "pred_len and season must be positive, got %d and %d".formatted(pred_len, season));
      }
      if (season > seq_len) {
        throw new IllegalArgumentException(
            "the seasonal naive forecast repeats the last %d rows, but the history has %d; choose a context of %1$d or more, or a shorter season"
                .formatted(season, seq_len));
      }
    }
  }

  private final Config config;

  /** The forecast of a season. */
  public SeasonalNaive(Config config) {
    this.config = config;
  }

  /** Forecasts [B, T, N] to [B, H, N]. */
  @Override
  public Tensor forward(Tensor x) {
    if (x.dim() != 3 || x.size(1) != config.seq_len()) {
      throw new IllegalArgumentException(
          "x must be [B, %d, N], got %s".formatted(config.seq_len(), Arrays.toString(x.shape())));
    }
    return ForecastModel.seasonal(x, config.season(), config.pred_len());
  }
}
