package dev.melange.metric;

/**
 * The five figures long-term forecasting papers report, with their conventions (TimeMixer).
 *
 * @param mae mean absolute error
 * @param mse mean squared error
 * @param rmse its root
 * @param mape mean |(forecast - target) / target| as a ratio; a value above 5 counts as 0
 * @param mspe mean ((forecast - target) / target)^2, not clipped
 */
public record ForecastMetrics(double mae, double mse, double rmse, double mape, double mspe) {
  private static final double MAPE_CLIP = 5;

  /**
   * All five. A target of exactly 0 makes the ratio infinite: it counts 0 in {@code mape} as any
   * value above 5 does, and makes {@code mspe} infinite; 0/0 counts 0 in both.
   *
   * @param forecast any shape, flat
   * @param target the truth, same shape
   */
  public static ForecastMetrics of(double[] forecast, double[] target) {
    Checks.pair("forecast", forecast, "target", target);
    double absolute = 0;
    double squared = 0;
    for (int i = 0; i < target.length; i++) {
      double error = forecast[i] - target[i];
      double ratio = error == 0 ? 0 : Math.abs(error / target[i]);
      absolute += ratio > MAPE_CLIP ? 0 : ratio;
      squared += ratio * ratio;
    }
    double mse = Regression.mse(forecast, target);
    return new ForecastMetrics(
        Regression.mae(forecast, target),
        mse,
        Math.sqrt(mse),
        absolute / target.length,
        squared / target.length);
  }

  /** {@link #of(double[], double[])} of float32 values. */
  public static ForecastMetrics of(float[] forecast, float[] target) {
    return of(Checks.widen(forecast), Checks.widen(target));
  }

  /**
   * Symmetric mean absolute percentage error as the M4 competition has it: mean of 200 |f - t| /
   * (|f| + |t|), in [0, 200] percent; 0 where both are 0.
   */
  public static double smape(double[] forecast, double[] target) {
    Checks.pair("forecast", forecast, "target", target);
    double sum = 0;
    for (int i = 0; i < target.length; i++) {
      double scale = Math.abs(forecast[i]) + Math.abs(target[i]);
      sum += 200 * Math.abs(forecast[i] - target[i]) / (scale == 0 ? 1 : scale);
    }
    return sum / target.length;
  }

  /**
   * Mean absolute scaled error of one series: the mean absolute error over that of the seasonal
   * naive forecast within the history, mean |x[t + frequency] - x[t]|.
   *
   * @param forecast horizon values
   * @param target the truth
   * @param insample the history, longer than {@code frequency}
   * @param frequency season length in steps, 1 for none
   * @throws IllegalArgumentException if the history is too short or repeats its season exactly
   */
  public static double mase(double[] forecast, double[] target, double[] insample, int frequency) {
    double error = Regression.mae(forecast, target);
    Checks.finite("insample", insample);
    if (frequency < 1 || insample.length <= frequency) {
      throw new IllegalArgumentException(
          String.format(
              "MASE of season length %d needs a history longer than that, got %d values",
              frequency, insample.length));
    }
    double naive = 0;
    for (int t = frequency; t < insample.length; t++) {
      naive += Math.abs(insample[t] - insample[t - frequency]);
    }
    naive /= insample.length - frequency;
    if (naive == 0) {
      throw new IllegalArgumentException(
          "the history repeats itself exactly every " + frequency + " steps; MASE is undefined");
    }
    return error / naive;
  }
}
