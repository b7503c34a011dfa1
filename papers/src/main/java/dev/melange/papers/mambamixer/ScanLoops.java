package dev.melange.papers.mambamixer;

/**
 * The inner loops of the selective scan, over one row of steps and several states of it. A
 * recurrence cannot be vectorised, and one alone would wait at each step for its own last result:
 * so some states run side by side, multiplications and additions are fused, and all that is needed
 * of a number is done while it is at hand.
 *
 * <p>Decays, coefficients and states are blocks of one row of {@code length} numbers per state.
 */
final class ScanLoops {
  /** The number of states is a multiple of this. */
  static final int LANES = 4;

  private ScanLoops() {}

  /** Blocks of numbers: an array and where the block begins. */
  record Block(double[] array, int offset) {
    int row(int state, int length) {
      return offset + state * length;
    }
  }

  /**
   * Adds the outputs of four states: {@code h = decay * h + b * x}, {@code y += c * h}.
   *
   * @param h the states before the row, from {@code at} on; afterwards those after it
   */
  static void outputs(
      int state,
      int length,
      Block decay,
      Block b,
      Block c,
      double[] x,
      double[] y,
      int from,
      double[] h,
      int at) {
    double[] d = decay.array;
    int d0 = decay.row(state, length);
    int d1 = d0 + length;
    int d2 = d1 + length;
    int d3 = d2 + length;
    double[] in = b.array;
    int b0 = b.row(state, length);
    int b1 = b0 + length;
    int b2 = b1 + length;
    int b3 = b2 + length;
    double[] out = c.array;
    int c0 = c.row(state, length);
    int c1 = c0 + length;
    int c2 = c1 + length;
    int c3 = c2 + length;
    double h0 = h[at];
    double h1 = h[at + 1];
    double h2 = h[at + 2];
    double h3 = h[at + 3];
    for (int i = 0; i < length; i++) {
      double xi = x[from + i];
      h0 = Math.fma(d[d0 + i], h0, in[b0 + i] * xi);
      h1 = Math.fma(d[d1 + i], h1, in[b1 + i] * xi);
      h2 = Math.fma(d[d2 + i], h2, in[b2 + i] * xi);
      h3 = Math.fma(d[d3 + i], h3, in[b3 + i] * xi);
      y[from + i] += (out[c0 + i] * h0 + out[c1 + i] * h1) + (out[c2 + i] * h2 + out[c3 + i] * h3);
    }
    h[at] = h0;
    h[at + 1] = h1;
    h[at + 2] = h2;
    h[at + 3] = h3;
  }

  /**
   * Stores four states of each step.
   *
   * @param states rows of one number more than there are steps, which begin with the states before
   *     the row
   * @param start the states before the row, from {@code at} on
   */
  static void states(
      int state,
      int length,
      Block decay,
      Block b,
      double[] x,
      int from,
      double[] states,
      double[] start,
      int at) {
    double[] d = decay.array;
    int d0 = decay.row(state, length);
    int d1 = d0 + length;
    int d2 = d1 + length;
    int d3 = d2 + length;
    double[] in = b.array;
    int b0 = b.row(state, length);
    int b1 = b0 + length;
    int b2 = b1 + length;
    int b3 = b2 + length;
    int s0 = state * (length + 1);
    int s1 = s0 + length + 1;
    int s2 = s1 + length + 1;
    int s3 = s2 + length + 1;
    double h0 = start[at];
    double h1 = start[at + 1];
    double h2 = start[at + 2];
    double h3 = start[at + 3];
    states[s0] = h0;
    states[s1] = h1;
    states[s2] = h2;
    states[s3] = h3;
    for (int i = 0; i < length; i++) {
      double xi = x[from + i];
      h0 = Math.fma(d[d0 + i], h0, in[b0 + i] * xi);
      h1 = Math.fma(d[d1 + i], h1, in[b1 + i] * xi);
      h2 = Math.fma(d[d2 + i], h2, in[b2 + i] * xi);
      h3 = Math.fma(d[d3 + i], h3, in[b3 + i] * xi);
      states[s0 + i + 1] = h0;
      states[s1 + i + 1] = h1;
      states[s2 + i + 1] = h2;
      states[s3 + i + 1] = h3;
    }
  }

  /**
   * What {@link #gradients} reads and adds to, for one row.
   *
   * @param states as {@link #states} left them
   * @param x the inputs of the recurrence, {@code dt u}
   * @param upstream gradients of the outputs
   * @param dt step sizes
   * @param gradX gets the gradients of x
   * @param gradDt gets those of dt that come through the decays
   */
  record RowGradients(
      double[] states,
      double[] x,
      double[] upstream,
      double[] dt,
      double[] gradX,
      double[] gradDt) {}

  /**
   * Adds the gradients of two states, from the last step to the first: {@code g = c * dy + carry},
   * {@code carry = decay * g}.
   *
   * @param gradB gradient of b, a block like it
   * @param gradC gradient of c, a block like it
   * @param carry gradients of the states after the row, from {@code at} on; afterwards of those
   *     before it
   * @param a rates of the states, from {@code rate} on
   * @param gradA their gradients, from {@code rate} on
   */
  static void gradients(
      int state,
      int length,
      Block decay,
      Block b,
      Block c,
      double[] gradB,
      double[] gradC,
      RowGradients row,
      int from,
      double[] carry,
      int at,
      double[] a,
      double[] gradA,
      int rate) {
    double[] d = decay.array;
    int d0 = decay.row(state, length);
    int d1 = d0 + length;
    double[] in = b.array;
    int b0 = b.row(state, length);
    int b1 = b0 + length;
    double[] out = c.array;
    int c0 = c.row(state, length);
    int c1 = c0 + length;
    double[] h = row.states;
    int h0 = state * (length + 1);
    int h1 = h0 + length + 1;
    double[] x = row.x;
    double[] upstream = row.upstream;
    double[] dt = row.dt;
    double[] gradX = row.gradX;
    double[] gradDt = row.gradDt;
    double rate0 = a[rate];
    double rate1 = a[rate + 1];
    double carry0 = carry[at];
    double carry1 = carry[at + 1];
    double sum0 = 0;
    double sum1 = 0;
    for (int i = length - 1; i >= 0; i--) {
      double dy = upstream[from + i];
      double xi = x[from + i];
      double step = dt[from + i];
      double g0 = Math.fma(out[c0 + i], dy, carry0);
      double g1 = Math.fma(out[c1 + i], dy, carry1);
      gradC[c0 + i] += dy * h[h0 + i + 1];
      gradC[c1 + i] += dy * h[h1 + i + 1];
      gradB[b0 + i] += g0 * xi;
      gradB[b1 + i] += g1 * xi;
      gradX[from + i] += g0 * in[b0 + i] + g1 * in[b1 + i];
      carry0 = g0 * d[d0 + i];
      carry1 = g1 * d[d1 + i];
      double decay0 = carry0 * h[h0 + i];
      double decay1 = carry1 * h[h1 + i];
      gradDt[from + i] += rate0 * decay0 + rate1 * decay1;
      sum0 += decay0 * step;
      sum1 += decay1 * step;
    }
    carry[at] = carry0;
    carry[at + 1] = carry1;
    gradA[rate] += sum0;
    gradA[rate + 1] += sum1;
  }
}
