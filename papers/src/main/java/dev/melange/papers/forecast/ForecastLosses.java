package dev.melange.papers.forecast;

import dev.melange.tensor.Tensor;

/** The M4 competition's losses for training; quotients with denominator 0 count as 0. */
public final class ForecastLosses {
  private ForecastLosses() {}

  /**
   * Symmetric percentage error: 200 mean(|f - t| / (|f| + |t|) mask), where the forecast in the
   * denominator carries no gradient; all [B, H].
   */
  public static Tensor smape(Tensor forecast, Tensor target, Tensor mask) {
    Tensor scale = forecast.detach().abs().add(target.abs());
    return quotient(forecast.sub(target).abs(), scale).mul(mask).mean().mul(200.0);
  }

  /** Percentage error: mean(|f - t| mask / |t|); all [B, H]. */
  public static Tensor mape(Tensor forecast, Tensor target, Tensor mask) {
    return forecast.sub(target).mul(quotient(mask, target)).abs().mean();
  }

  /**
   * Scaled error: mean(|t - f| mask / mean_t |x[t + frequency] - x[t]|).
   *
   * @param insample history [B, Ti], longer than {@code frequency}
   */
  public static Tensor mase(
      Tensor insample, int frequency, Tensor forecast, Tensor target, Tensor mask) {
    long length = insample.size(1);
    if (length <= frequency) {
      throw new IllegalArgumentException(
          "MASE of season length %d needs a longer history, got %d values"
              .formatted(frequency, length));
    }
    Tensor naive =
        insample
            .slice(1, frequency, length)
            .sub(insample.slice(1, 0, length - frequency))
            .abs()
            .meanKeep(1);
    return target.sub(forecast).abs().mul(quotient(mask, naive)).mean();
  }

  private static Tensor quotient(Tensor a, Tensor b) {
    Tensor zero = b.eq(0.0);
    return a.div(b.maskedFill(zero, 1.0)).mul(zero.logicalNot().to(a.dtype()));
  }
}
