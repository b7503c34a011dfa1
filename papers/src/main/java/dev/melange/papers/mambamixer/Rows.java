package dev.melange.papers.mambamixer;

/**
 * Arithmetic on stretches of arrays, written so that the JIT compiler vectorises it; and
 * first-order linear recurrences, which cannot be vectorised: four of them run interleaved, because
 * one alone would wait for its own last result at each step.
 */
final class Rows {
  private static final int LANES = 4;

  private Rows() {}

  /** {@code out = x * y}. */
  static void product(double[] out, int o, double[] x, int xo, double[] y, int yo, int length) {
    for (int i = 0; i < length; i++) {
      out[o + i] = x[xo + i] * y[yo + i];
    }
  }

  /** {@code out = factor * x}. */
  static void scaled(double[] out, int o, double factor, double[] x, int xo, int length) {
    for (int i = 0; i < length; i++) {
      out[o + i] = factor * x[xo + i];
    }
  }

  /** {@code out += x * y}. */
  static void addProduct(double[] out, int o, double[] x, int xo, double[] y, int yo, int length) {
    for (int i = 0; i < length; i++) {
      out[o + i] += x[xo + i] * y[yo + i];
    }
  }

  /** {@code out += factor * x}. */
  static void addScaled(double[] out, int o, double factor, double[] x, int xo, int length) {
    for (int i = 0; i < length; i++) {
      out[o + i] += factor * x[xo + i];
    }
  }

  /** The sum of {@code x * y}, in an order that depends on the length alone. */
  static double dot(double[] x, int xo, double[] y, int yo, int length) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + LANES <= length; i += LANES) {
      s0 += x[xo + i] * y[yo + i];
      s1 += x[xo + i + 1] * y[yo + i + 1];
      s2 += x[xo + i + 2] * y[yo + i + 2];
      s3 += x[xo + i + 3] * y[yo + i + 3];
    }
    for (; i < length; i++) {
      s0 += x[xo + i] * y[yo + i];
    }
    return (s0 + s1) + (s2 + s3);
  }

  /**
   * {@code x[i] += a[i] * x[i - 1]} from the second element on, for each of several rows that
   * follow one another.
   */
  static void accumulate(double[] x, int xo, double[] a, int ao, int rows, int length) {
    int row = 0;
    for (; row + LANES <= rows; row += LANES) {
      int x0 = xo + row * length;
      int x1 = x0 + length;
      int x2 = x1 + length;
      int x3 = x2 + length;
      int a0 = ao + row * length;
      int a1 = a0 + length;
      int a2 = a1 + length;
      int a3 = a2 + length;
      double h0 = 0;
      double h1 = 0;
      double h2 = 0;
      double h3 = 0;
      for (int i = 0; i < length; i++) {
        h0 = a[a0 + i] * h0 + x[x0 + i];
        h1 = a[a1 + i] * h1 + x[x1 + i];
        h2 = a[a2 + i] * h2 + x[x2 + i];
        h3 = a[a3 + i] * h3 + x[x3 + i];
        x[x0 + i] = h0;
        x[x1 + i] = h1;
        x[x2 + i] = h2;
        x[x3 + i] = h3;
      }
    }
    for (; row < rows; row++) {
      int x0 = xo + row * length;
      int a0 = ao + row * length;
      for (int i = 1; i < length; i++) {
        x[x0 + i] += a[a0 + i] * x[x0 + i - 1];
      }
    }
  }

  /**
   * {@code x[i] += a[i + 1] * x[i + 1]} from the last element but one down, for each of several
   * rows that follow one another: the transpose of {@link #accumulate}.
   */
  static void accumulateBackwards(double[] x, int xo, double[] a, int ao, int rows, int length) {
    int row = 0;
    for (; row + LANES <= rows; row += LANES) {
      int x0 = xo + row * length;
      int x1 = x0 + length;
      int x2 = x1 + length;
      int x3 = x2 + length;
      int a0 = ao + row * length + 1;
      int a1 = a0 + length;
      int a2 = a1 + length;
      int a3 = a2 + length;
      double g0 = x[x0 + length - 1];
      double g1 = x[x1 + length - 1];
      double g2 = x[x2 + length - 1];
      double g3 = x[x3 + length - 1];
      for (int i = length - 2; i >= 0; i--) {
        g0 = a[a0 + i] * g0 + x[x0 + i];
        g1 = a[a1 + i] * g1 + x[x1 + i];
        g2 = a[a2 + i] * g2 + x[x2 + i];
        g3 = a[a3 + i] * g3 + x[x3 + i];
        x[x0 + i] = g0;
        x[x1 + i] = g1;
        x[x2 + i] = g2;
        x[x3 + i] = g3;
      }
    }
    for (; row < rows; row++) {
      int x0 = xo + row * length;
      int a0 = ao + row * length + 1;
      for (int i = length - 2; i >= 0; i--) {
        x[x0 + i] += a[a0 + i] * x[x0 + i + 1];
      }
    }
  }
}
