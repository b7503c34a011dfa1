package dev.melange.nn;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.Linalg;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Special;
import dev.melange.tensor.Tensor;

/** Initial weights. Each method fills a tensor in place, unrecorded, and returns it. */
public final class Init {
  private Init() {}

  /** N(mean, std^2). */
  public static Tensor normal(Tensor w, double mean, double std, Rng rng) {
    try (var guard = Autograd.noGrad()) {
      return rng.normal_(w, mean, std);
    }
  }

  /** U(low, high). */
  public static Tensor uniform(Tensor w, double low, double high, Rng rng) {
    try (var guard = Autograd.noGrad()) {
      return rng.uniform_(w, low, high);
    }
  }

  /** One value. */
  public static Tensor constant(Tensor w, double value) {
    try (var guard = Autograd.noGrad()) {
      return w.fill_(value);
    }
  }

  /**
   * N(mean, std^2) cut to [low, high] (absolute limits, not multiples of std) by inverting the
   * distribution function, as timm's {@code trunc_normal_}.
   */
  public static Tensor truncatedNormal(
      Tensor w, double mean, double std, double low, double high, Rng rng) {
    double from = normalCdf((low - mean) / std);
    double to = normalCdf((high - mean) / std);
    try (var guard = Autograd.noGrad()) {
      rng.uniform_(w, 2 * from - 1, 2 * to - 1);
      return Special.erfinv_(w).mul_(std * Math.sqrt(2)).add_(mean).clamp_(low, high);
    }
  }

  /** N(0, std^2) cut to [-2, 2]: timm's usual {@code trunc_normal_(std=...)}. */
  public static Tensor truncatedNormal(Tensor w, double std, Rng rng) {
    return truncatedNormal(w, 0, std, -2, 2, rng);
  }

  private static double normalCdf(double x) {
    return org.hipparchus.special.Erf.erfc(-x / Math.sqrt(2)) / 2;
  }

  /** Xavier uniform: U(-b, b) with {@code b = gain * sqrt(6 / (fan_in + fan_out))}. */
  public static Tensor xavierUniform(Tensor w, double gain, Rng rng) {
    double bound = gain * Math.sqrt(6.0 / (double) (fanIn(w) + fanOut(w)));
    return uniform(w, -bound, bound, rng);
  }

  /** Xavier normal: N(0, 2 gain^2 / (fan_in + fan_out)). */
  public static Tensor xavierNormal(Tensor w, double gain, Rng rng) {
    return normal(w, 0, gain * Math.sqrt(2.0 / (double) (fanIn(w) + fanOut(w))), rng);
  }

  /** Kaiming normal over fan_in: N(0, gain^2 / fan_in); gain sqrt(2) for ReLU. */
  public static Tensor kaimingNormalFanIn(Tensor w, double gain, Rng rng) {
    return normal(w, 0, gain / Math.sqrt((double) fanIn(w)), rng);
  }

  /** Kaiming normal over fan_out: N(0, gain^2 / fan_out); gain sqrt(2) for ReLU. */
  public static Tensor kaimingNormalFanOut(Tensor w, double gain, Rng rng) {
    return normal(w, 0, gain / Math.sqrt((double) fanOut(w)), rng);
  }

  /** Kaiming uniform over fan_in: U(-b, b) with {@code b = gain * sqrt(3 / fan_in)}. */
  public static Tensor kaimingUniformFanIn(Tensor w, double gain, Rng rng) {
    double bound = gain * Math.sqrt(3.0 / (double) fanIn(w));
    return uniform(w, -bound, bound, rng);
  }

  /** Kaiming uniform over fan_out: U(-b, b) with {@code b = gain * sqrt(3 / fan_out)}. */
  public static Tensor kaimingUniformFanOut(Tensor w, double gain, Rng rng) {
    double bound = gain * Math.sqrt(3.0 / (double) fanOut(w));
    return uniform(w, -bound, bound, rng);
  }

  /**
   * Orthogonal rows (or columns, whichever are fewer), times a gain: the QR decomposition of a
   * normal matrix with the signs of R's diagonal, all dimensions but the first taken as one.
   */
  public static Tensor orthogonal(Tensor w, double gain, Rng rng) {
    long rows = w.size(0);
    long columns = w.numel() / rows;
    try (var guard = Autograd.noGrad();
        Scope scope = Scope.open()) {
      Tensor normal =
          rng.normal_(
              Tensor.empty(w.dtype(), w.device(), Math.max(rows, columns), Math.min(rows, columns)),
              0,
              1);
      Tensor[] qr = Linalg.qr(normal);
      Tensor q = qr[0].mul(qr[1].diagonal(0, 0, 1).sign());
      w.copy_((rows < columns ? q.t() : q).reshape(w.shape()).mul(gain));
    }
    return w;
  }

  /** LeCun normal: truncated normal with {@code std = sqrt(1 / fan_in) / 0.87962566}. */
  public static Tensor lecunNormal(Tensor w, Rng rng) {
    double std = Math.sqrt(1.0 / (double) fanIn(w)) / 0.8796256610342398;
    return truncatedNormal(w, 0, std, -2 * std, 2 * std, rng);
  }

  /** PyTorch's default for linear and convolution weights: U(-1/sqrt(fan_in), 1/sqrt(fan_in)). */
  public static Tensor defaultWeight(Tensor w, Rng rng) {
    double bound = 1 / Math.sqrt((double) fanIn(w));
    return uniform(w, -bound, bound, rng);
  }

  /** PyTorch's default for biases: the bound of the weight they belong to. */
  public static Tensor defaultBias(Tensor bias, Tensor weight, Rng rng) {
    double bound = 1 / Math.sqrt((double) Math.max(1, fanIn(weight)));
    return uniform(bias, -bound, bound, rng);
  }

  /** Inputs per output: the product of all dimensions but the first. */
  public static long fanIn(Tensor w) {
    return w.numel() / w.size(0);
  }

  /** Outputs per input: the product of all dimensions but the second. */
  public static long fanOut(Tensor w) {
    return w.numel() / w.size(1);
  }
}
