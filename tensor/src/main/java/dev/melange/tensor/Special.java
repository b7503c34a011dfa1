package dev.melange.tensor;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.global.torch;

/** Element-wise special functions and the rarer activations. */
public final class Special {
  private Special() {}

  /** The inverse of the error function, on (-1, 1). */
  public static Tensor erfinv(Tensor x) {
    return Native.op("erfinv", () -> torch.erfinv(x.raw()), x);
  }

  /** The same in place. Returns x. */
  public static Tensor erfinv_(Tensor x) {
    Native.call("erfinv_", () -> x.raw().erfinv_(), x);
    return x;
  }

  /** {@code log(exp(a) + exp(b))} without overflow, with broadcasting. */
  public static Tensor logAddExp(Tensor a, Tensor b) {
    return Native.op("logaddexp", () -> torch.logaddexp(a.raw(), b.raw()), a, b);
  }

  /** {@code log(cumsum(exp(x)))} along a dimension without overflow. */
  public static Tensor logCumSumExp(Tensor x, long dim) {
    return Native.op("logcumsumexp", () -> torch.logcumsumexp(x.raw(), dim), x);
  }

  /** {@code log(p / (1 - p))}, with p limited to {@code [eps, 1 - eps]}. */
  public static Tensor logit(Tensor p, double eps) {
    try (DoubleOptional limit = new DoubleOptional(eps)) {
      return Native.op("logit", () -> torch.logit(p.raw(), limit), p);
    }
  }

  /** Logarithm of the absolute value of the gamma function. */
  public static Tensor lgamma(Tensor x) {
    return Native.op("lgamma", () -> torch.lgamma(x.raw()), x);
  }

  /** Derivative of {@link #lgamma}. */
  public static Tensor digamma(Tensor x) {
    return Native.op("digamma", () -> torch.digamma(x.raw()), x);
  }

  /** Logarithms of base 10. */
  public static Tensor log10(Tensor x) {
    return Native.op("log10", () -> torch.log10(x.raw()), x);
  }

  /** Arc sines. */
  public static Tensor asin(Tensor x) {
    return Native.op("asin", () -> torch.asin(x.raw()), x);
  }

  /** Arc cosines. */
  public static Tensor acos(Tensor x) {
    return Native.op("acos", () -> torch.acos(x.raw()), x);
  }

  /** Hyperbolic sines. */
  public static Tensor sinh(Tensor x) {
    return Native.op("sinh", () -> torch.sinh(x.raw()), x);
  }

  /** Hyperbolic cosines. */
  public static Tensor cosh(Tensor x) {
    return Native.op("cosh", () -> torch.cosh(x.raw()), x);
  }

  /** Angle of complex numbers in radians (0 or pi for real ones). */
  public static Tensor angle(Tensor x) {
    return Native.op("angle", () -> torch.angle(x.raw()), x);
  }

  /** Complex numbers of an absolute value and an angle in radians. */
  public static Tensor polar(Tensor abs, Tensor angle) {
    return Native.op("polar", () -> torch.polar(abs.raw(), angle.raw()), abs, angle);
  }

  /** x where positive, {@code alpha * (exp(x) - 1)} elsewhere. */
  public static Tensor elu(Tensor x, double alpha) {
    return Native.op(
        "elu",
        () -> torch.elu(x.raw(), Native.scalar(alpha), Native.scalar(1L), Native.scalar(1L)),
        x);
  }

  /** Self-normalising {@link #elu} (Klambauer et al., 2017). */
  public static Tensor selu(Tensor x) {
    return Native.op("selu", () -> torch.selu(x.raw()), x);
  }

  /** {@code x * clamp(x + 3, 0, 6) / 6}. */
  public static Tensor hardSwish(Tensor x) {
    return Native.op("hardswish", () -> torch.hardswish(x.raw()), x);
  }

  /** {@code clamp(x + 3, 0, 6) / 6}. */
  public static Tensor hardSigmoid(Tensor x) {
    return Native.op("hardsigmoid", () -> torch.hardsigmoid(x.raw()), x);
  }

  /** {@code min(max(x, 0), 6)}. */
  public static Tensor relu6(Tensor x) {
    return Native.op("relu6", () -> torch.relu6(x.raw()), x);
  }

  /** {@code x * tanh(softplus(x))}. */
  public static Tensor mish(Tensor x) {
    return Native.op("mish", () -> torch.mish(x.raw()), x);
  }

  /** Gated linear unit: the first half along a dimension times the sigmoid of the second. */
  public static Tensor glu(Tensor x, long dim) {
    return Native.op("glu", () -> torch.glu(x.raw(), dim), x);
  }
}
