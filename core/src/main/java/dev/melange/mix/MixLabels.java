package dev.melange.mix;

import dev.melange.tensor.Tensor;
import java.util.function.DoubleUnaryOperator;

/** Targets of mixed images: distributions over the classes from two labels and a weight. */
public final class MixLabels {
  private MixLabels() {}

  /**
   * {@code lam * onehot(a) + (1 - lam) * onehot(b)}, [N, classes] in the type of {@code lam}.
   *
   * @param a int64 labels [N]
   * @param b int64 labels [N]
   * @param lam a number or [N]
   */
  public static Tensor soft(Tensor a, Tensor b, Tensor lam, int classes) {
    return weighted(a, b, lam, lam.rsub(1), classes);
  }

  /** {@code onehot(a) + onehot(b)}: 2 where both are the same. */
  public static Tensor twoHot(Tensor a, Tensor b, Tensor lam, int classes) {
    return weighted(a, b, lam.onesLike(), lam.onesLike(), classes);
  }

  /** {@code h(lam) * onehot(a) + h(1 - lam) * onehot(b)}. */
  public static Tensor rescaled(
      Tensor a, Tensor b, Tensor lam, int classes, DoubleUnaryOperator h) {
    return weighted(a, b, map(lam, h), map(lam.rsub(1), h), classes);
  }

  /** The scale that is 1 from a threshold on and {@code (l / threshold)^|exponent|} below. */
  public static DoubleUnaryOperator power(double exponent, double threshold) {
    return l -> l >= threshold ? 1 : Math.pow(l / threshold, Math.abs(exponent));
  }

  /** The exponential scale of a base and a threshold: 0 at 0, and 1 from the threshold on. */
  public static DoubleUnaryOperator exponential(double base, double threshold) {
    double i = Math.abs(base);
    double floor = Math.pow(i, -2 * threshold);
    return l ->
        l >= threshold
            ? 1
            : (Math.pow(i, l - 2 * threshold) * Math.pow(i, l) - floor) / (1 - floor);
  }

  /** Smoothing towards the uniform distribution: {@code y (1 - e) + e / classes}. */
  public static Tensor smooth(Tensor target, double e) {
    return target.mul(1 - e).add(e / (double) target.size(1));
  }

  /** Smoothing of independent classes: positive entries become {@code 1 - e}, others e. */
  public static Tensor smoothMultiLabel(Tensor target, double e) {
    return target.gt(0).to(target.dtype()).mul(1 - 2 * e).add(e);
  }

  private static Tensor map(Tensor lam, DoubleUnaryOperator h) {
    double[] values = lam.toDoubles();
    for (int i = 0; i < values.length; i++) {
      values[i] = h.applyAsDouble(values[i]);
    }
    return Tensor.of(values, lam.shape()).to(lam.dtype()).to(lam.device());
  }

  private static Tensor weighted(Tensor a, Tensor b, Tensor weightA, Tensor weightB, int classes) {
    return a.oneHot(classes)
        .to(weightA.dtype())
        .mul(column(weightA))
        .add(b.oneHot(classes).to(weightB.dtype()).mul(column(weightB)));
  }

  private static Tensor column(Tensor weight) {
    return weight.dim() == 0 ? weight : weight.unsqueeze(1);
  }
}
