package dev.melange.papers.mambamixer;

/**
 * The inner loops of the selective scan, over lanes: numbers of different samples and channels at
 * the same step, which do not depend on one another. The Java compiler turns such a loop into
 * vector instructions if its body is short and all its arrays are indexed alike: hence many small
 * loops over rows that are arrays of their own.
 */
final class ScanLoops {
  // e^x = (e^(x / 2^8))^(2^8): near 0 a short polynomial is enough, and unlike the usual scaling by
  // a power of two the squares need no bits of integers, which would not be vectorised
  private static final double SCALE = 0x1p-8;
  private static final double LOWEST = -40 * SCALE; // e^-40 adds nothing to a number near 1

  private ScanLoops() {}

  /**
   * {@code out = e^(a b)}.
   *
   * @param exact whether to the precision of float64; otherwise to that of float32, with an error
   *     relative to 1 or to the result, whichever is larger, below 2e-9 up to an exponent of 10
   */
  static void exponentials(double[] a, double[] b, double[] out, int lanes, boolean exact) {
    if (exact) {
      for (int j = 0; j < lanes; j++) {
        out[j] = Math.exp(a[j] * b[j]);
      }
      return;
    }
    for (int j = 0; j < lanes; j++) {
      double x = Math.max(a[j] * b[j] * SCALE, LOWEST);
      double p = Math.fma(x, 1.0 / 120, 1.0 / 24);
      p = Math.fma(x, p, 1.0 / 6);
      p = Math.fma(x, p, 0.5);
      p = Math.fma(x, p, 1.0);
      p = Math.fma(x, p, 1.0);
      p *= p;
      p *= p;
      p *= p;
      p *= p;
      p *= p;
      p *= p;
      p *= p;
      p *= p;
      out[j] = p;
    }
  }

  /**
   * {@code x = ln(1 + e^x)}.
   *
   * @param ones a row of ones
   * @param scratch is overwritten
   * @param exact as for {@link #exponentials}
   */
  static void softplus(double[] x, double[] ones, double[] scratch, int lanes, boolean exact) {
    if (exact) {
      for (int j = 0; j < lanes; j++) {
        x[j] = Math.max(x[j], 0) + Math.log1p(Math.exp(-Math.abs(x[j])));
      }
      return;
    }
    for (int j = 0; j < lanes; j++) {
      scratch[j] = -Math.abs(x[j]);
    }
    exponentials(scratch, ones, scratch, lanes, false);
    for (int j = 0; j < lanes; j++) {
      scratch[j] = scratch[j] / (2 + scratch[j]);
    }
    for (int j = 0; j < lanes; j++) { // ln(1 + t) = 2 artanh(s) with s = t / (2 + t) <= 1/3
      double s = scratch[j];
      double q = s * s;
      double p = Math.fma(q, 2.0 / 17, 2.0 / 15);
      p = Math.fma(q, p, 2.0 / 13);
      p = Math.fma(q, p, 2.0 / 11);
      p = Math.fma(q, p, 2.0 / 9);
      p = Math.fma(q, p, 2.0 / 7);
      p = Math.fma(q, p, 2.0 / 5);
      p = Math.fma(q, p, 2.0 / 3);
      p = Math.fma(q, p, 2.0);
      x[j] = Math.fma(s, p, Math.max(x[j], 0));
    }
  }

  /** {@code out = a b}. */
  static void multiply(double[] a, double[] b, double[] out, int lanes) {
    for (int j = 0; j < lanes; j++) {
      out[j] = a[j] * b[j];
    }
  }

  /** {@code sum += a b}. */
  static void addProduct(double[] a, double[] b, double[] sum, int lanes) {
    for (int j = 0; j < lanes; j++) {
      sum[j] = Math.fma(a[j], b[j], sum[j]);
    }
  }

  /** {@code out = a b + c}. */
  static void multiplyAdd(double[] a, double[] b, double[] c, double[] out, int lanes) {
    for (int j = 0; j < lanes; j++) {
      out[j] = Math.fma(a[j], b[j], c[j]);
    }
  }

  /** One step of one state: {@code after = decay before + b x}. */
  static void step(
      double[] decay, double[] before, double[] b, double[] x, double[] after, int lanes) {
    for (int j = 0; j < lanes; j++) {
      after[j] = Math.fma(decay[j], before[j], b[j] * x[j]);
    }
  }

  /** Its reverse: {@code carry = decay g}, {@code gradDecay = carry before}, per unit of dt A. */
  static void stepBack(
      double[] decay, double[] before, double[] g, double[] carry, double[] gradDecay, int lanes) {
    for (int j = 0; j < lanes; j++) {
      double c = decay[j] * g[j];
      carry[j] = c;
      gradDecay[j] = c * before[j];
    }
  }

  /**
   * {@code y = y silu(z)}.
   *
   * @param e e^-z
   */
  static void gate(double[] y, double[] z, double[] e, int lanes) {
    for (int j = 0; j < lanes; j++) {
      y[j] = y[j] * z[j] / (1 + e[j]);
    }
  }

  /**
   * The gradients of {@link #gate}.
   *
   * @param y before the gate; afterwards the gradient of z
   * @param z the gates
   * @param e e^-z; is overwritten
   * @param upstream the gradient of the output; afterwards that of y
   */
  static void gateBack(double[] y, double[] z, double[] e, double[] upstream, int lanes) {
    for (int j = 0; j < lanes; j++) {
      e[j] = 1 / (1 + e[j]); // the sigmoid
    }
    for (int j = 0; j < lanes; j++) {
      double slope = e[j] * Math.fma(z[j], 1 - e[j], 1);
      y[j] = upstream[j] * y[j] * slope;
    }
    for (int j = 0; j < lanes; j++) {
      upstream[j] = upstream[j] * z[j] * e[j];
    }
  }

  /**
   * {@code gradient} of {@code softplus(x)} to that of {@code x}, whose slope is {@code 1 -
   * e^-softplus(x)}.
   *
   * @param e {@code e^-softplus(x)}
   */
  static void softplusBack(double[] gradient, double[] e, int lanes) {
    for (int j = 0; j < lanes; j++) {
      gradient[j] = gradient[j] * (1 - e[j]);
    }
  }

  /** The sum of {@code a b} over some lanes. */
  static double dot(double[] a, double[] b, int from, int to) {
    double s0 = 0; // several sums: one would wait at each addition for its last
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int j = from;
    for (; j + 4 <= to; j += 4) {
      s0 = Math.fma(a[j], b[j], s0);
      s1 = Math.fma(a[j + 1], b[j + 1], s1);
      s2 = Math.fma(a[j + 2], b[j + 2], s2);
      s3 = Math.fma(a[j + 3], b[j + 3], s3);
    }
    for (; j < to; j++) {
      s0 = Math.fma(a[j], b[j], s0);
    }
    return (s0 + s1) + (s2 + s3);
  }
}
