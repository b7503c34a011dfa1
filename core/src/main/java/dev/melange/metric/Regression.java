package dev.melange.metric;

/** Errors of real-valued predictions; arrays of any shape, flattened alike. */
public final class Regression {
  private Regression() {}

  /** Mean squared error. */
  public static double mse(double[] prediction, double[] target) {
    Checks.pair("prediction", prediction, "target", target);
    double sum = 0;
    for (int i = 0; i < target.length; i++) {
      double d = prediction[i] - target[i];
      sum += d * d;
    }
    return sum / target.length;
  }

  /** {@link #mse(double[], double[])} of float32 values. */
  public static double mse(float[] prediction, float[] target) {
    return mse(Checks.widen(prediction), Checks.widen(target));
  }

  /** Mean absolute error. */
  public static double mae(double[] prediction, double[] target) {
    Checks.pair("prediction", prediction, "target", target);
    double sum = 0;
    for (int i = 0; i < target.length; i++) {
      sum += Math.abs(prediction[i] - target[i]);
    }
    return sum / target.length;
  }

  /** {@link #mae(double[], double[])} of float32 values. */
  public static double mae(float[] prediction, float[] target) {
    return mae(Checks.widen(prediction), Checks.widen(target));
  }

  /** Root of the mean squared error. */
  public static double rmse(double[] prediction, double[] target) {
    return Math.sqrt(mse(prediction, target));
  }

  /**
   * Coefficient of determination: 1 - (squared error of the prediction) / (squared deviation of the
   * target from its mean). 1 is perfect, 0 as good as the mean, negative worse.
   *
   * @throws IllegalArgumentException if the target is constant
   */
  public static double r2(double[] prediction, double[] target) {
    Checks.pair("prediction", prediction, "target", target);
    Summary summary = Summary.of(target);
    if (summary.min() == summary.max()) {
      throw new IllegalArgumentException(
          "target is constant at " + summary.min() + "; R2 is undefined");
    }
    return 1 - mse(prediction, target) / summary.populationVariance();
  }
}
