package dev.melange.papers.mambamixer;

import dev.melange.papers.mambamixer.Scratch.Use;
import java.util.Arrays;

/** A segment of the steps of one task of a scan, in rows of lanes. */
final class ScanSegment {
  /**
   * What a scan reads.
   *
   * @param u sequences, [B, D, L]
   * @param delta step sizes, [B, D, L]
   * @param a rates, [D, N]
   * @param b input coefficients, [B, G, N, L] or constants [D, N]
   * @param c output coefficients, likewise
   * @param skip [D] or null
   * @param z gates, [B, D, L] or null
   * @param bias of the step sizes, [D] or null
   * @param constantB whether the input coefficients are constants
   * @param constantC whether the output coefficients are constants
   * @param softplus whether the step sizes go through softplus
   * @param exact whether to the precision of float64
   */
  record Source(
      ScanShape shape,
      HostNumbers u,
      HostNumbers delta,
      HostNumbers a,
      HostNumbers b,
      HostNumbers c,
      HostNumbers skip,
      HostNumbers z,
      HostNumbers bias,
      boolean constantB,
      boolean constantC,
      boolean softplus,
      boolean exact) {}

  /**
   * Where the gradients of a task go.
   *
   * @param upstream gradient of the output, [B, D, columns]
   * @param columns of the output
   * @param u as the input
   * @param delta as the input
   * @param a [slots, D, N]
   * @param b [chunks, B, G, N, L] or of constants [slots, D, N]
   * @param c likewise
   * @param skip [slots, D] or null
   * @param z as the input, or null
   * @param bias [slots, D] or null
   */
  record Gradients(
      HostNumbers upstream,
      int columns,
      HostNumbers u,
      HostNumbers delta,
      HostNumbers a,
      HostNumbers b,
      HostNumbers c,
      HostNumbers skip,
      HostNumbers z,
      HostNumbers bias) {}

  private final Source source;
  private final ScanTask task;
  private final Scratch scratch;
  private final int rows; // of states
  private final int lanes;
  private final int wide; // length of a row of states
  private final double[] ones;
  private final double[] minusOnes;
  private final double[] temporary;
  private final double[] other;
  private final double[] wideDt; // of one step, as the next two
  private final double[] wideX;
  private final double[] wideY; // or its gradient
  private final double[][] a; // by state
  private final double[] skip; // or null
  private final double[] bias; // or null
  private final Coefficients b;
  private final Coefficients c;
  private int from;
  private int length;
  private double[][] u; // by step, as the rest
  private double[][] dt;
  private double[][] x; // dt u
  private double[][] z; // or null
  private double[][] y;

  ScanSegment(Source source, ScanTask task, Scratch scratch) {
    this.source = source;
    this.task = task;
    this.scratch = scratch;
    ScanShape shape = source.shape;
    rows = shape.states() / task.beside();
    lanes = task.lanes();
    wide = task.wide();
    double[][] constants = scratch.rows(Use.CONSTANTS, 2, lanes);
    ones = constants[0];
    minusOnes = constants[1];
    Arrays.fill(ones, 0, lanes, 1);
    Arrays.fill(minusOnes, 0, lanes, -1);
    double[][] free = scratch.rows(Use.TEMPORARY, 5, wide);
    temporary = free[0];
    other = free[1];
    wideDt = free[2];
    wideX = free[3];
    wideY = free[4];
    a = task.readPerChannel(source.a, shape.states(), Use.RATES, scratch);
    skip = perChannel(source.skip, Use.SKIP);
    bias = perChannel(source.bias, Use.BIAS);
    b = Coefficients.b(source.b, source.constantB, shape, task, scratch);
    c = Coefficients.c(source.c, source.constantC, shape, task, scratch);
  }

  private double[] perChannel(HostNumbers numbers, Use use) {
    return numbers == null ? null : task.readPerChannel(numbers, 1, use, scratch)[0];
  }

  /** Turns to a segment of the steps. */
  void load(int first, int count) {
    from = first;
    length = count;
    u = read(source.u, Use.U);
    dt = read(source.delta, Use.STEPS);
    z = source.z == null ? null : read(source.z, Use.GATE);
    x = scratch.rows(Use.INPUT, length, lanes);
    y = scratch.rows(Use.OUTPUT, length, lanes);
    for (int i = 0; i < length; i++) {
      if (bias != null) {
        ScanLoops.multiplyAdd(bias, ones, dt[i], dt[i], lanes);
      }
      if (source.softplus) {
        ScanLoops.softplus(dt[i], ones, temporary, lanes, source.exact);
      }
      ScanLoops.multiply(dt[i], u[i], x[i], lanes);
    }
    b.load(first, count);
    c.load(first, count);
  }

  private double[][] read(HostNumbers numbers, Use use) {
    return read(numbers, use, source.shape.length());
  }

  private double[][] read(HostNumbers numbers, Use use, int columns) {
    double[][] by = scratch.rows(use, length, lanes);
    numbers.readColumns(place(columns), columns, by, length, lanes, 1, scratch);
    return by;
  }

  /** Repeats the numbers of all lanes for each state of a row. */
  private void spread(double[] row, double[] repeated) {
    for (int at = 0; at < wide; at += lanes) {
      System.arraycopy(row, 0, repeated, at, lanes);
    }
  }

  /** Adds up the states of a row. */
  private void fold(double[] row, double[] sum) {
    System.arraycopy(row, 0, sum, 0, lanes);
    for (int at = lanes; at < wide; at += lanes) {
      for (int j = 0; j < lanes; j++) {
        sum[j] += row[at + j];
      }
    }
  }

  private long place(int columns) {
    return task.firstLane(source.shape) * columns + from;
  }

  private void write(double[][] by, HostNumbers numbers, int columns) {
    numbers.writeColumns(by, length, lanes, 1, place(columns), columns, scratch);
  }

  private void beginStep(int i) {
    spread(dt[i], wideDt);
    spread(x[i], wideX);
    Arrays.fill(wideY, 0, wide, 0);
  }

  /** The step of a row of states, which also adds to the output. */
  private void step(int i, int row, double[] decay, double[] before, double[] after) {
    ScanLoops.exponentials(wideDt, a[row], decay, wide, source.exact);
    ScanLoops.step(decay, before, b.row(row, i), wideX, after, wide);
    ScanLoops.addProduct(c.row(row, i), after, wideY, wide);
  }

  /**
   * Computes the outputs.
   *
   * @param h the states before the segment, in rows; afterwards those after it
   */
  void forward(double[][] h, HostNumbers out, int columns) {
    for (int i = 0; i < length; i++) {
      beginStep(i);
      for (int row = 0; row < rows; row++) {
        step(i, row, temporary, h[row], h[row]);
      }
      endStep(i);
      if (z != null) {
        ScanLoops.exponentials(z[i], minusOnes, temporary, lanes, source.exact);
        ScanLoops.gate(y[i], z[i], temporary, lanes);
      }
    }
    write(y, out, columns);
  }

  private void endStep(int i) {
    fold(wideY, y[i]);
    if (skip != null) {
      ScanLoops.addProduct(skip, u[i], y[i], lanes);
    }
  }

  /** The sums over the steps that a task's gradients consist of. */
  record Sums(double[][] a, double[][] skip, double[][] bias) {
    static Sums zeros(ScanShape shape, ScanTask task, Scratch scratch) {
      return new Sums(
          scratch.zeros(Use.GRAD_RATES, shape.states() / task.beside(), task.wide()),
          scratch.zeros(Use.GRAD_SKIP, 1, task.lanes()),
          scratch.zeros(Use.GRAD_BIAS, 1, task.lanes()));
    }
  }

  /**
   * Computes the gradients.
   *
   * @param start the states before the segment, in rows
   * @param carry the gradients of the states after it; afterwards of those before it
   * @param sums are added to
   */
  void backward(double[][] start, double[][] carry, Sums sums, Gradients gradients) {
    double[][] h = scratch.rows(Use.STATES, length * rows, wide);
    double[][] decay = scratch.rows(Use.DECAYS, length * rows, wide);
    for (int i = 0; i < length; i++) {
      beginStep(i);
      for (int row = 0; row < rows; row++) {
        double[] before = i == 0 ? start[row] : h[(i - 1) * rows + row];
        step(i, row, decay[i * rows + row], before, h[i * rows + row]);
      }
      endStep(i);
    }
    double[][] upstream = read(gradients.upstream, Use.UPSTREAM, gradients.columns);
    double[][] gradU = scratch.rows(Use.GRAD_U, length, lanes);
    double[][] gradDt = scratch.rows(Use.GRAD_STEPS, length, lanes);
    double[][] grads = scratch.rows(Use.GRAD_WIDE, 2, wide);
    double[] wideGradX = grads[0];
    double[] wideGradDt = grads[1];
    for (int i = length - 1; i >= 0; i--) {
      double[] dy = upstream[i];
      if (z != null) {
        ScanLoops.exponentials(z[i], minusOnes, temporary, lanes, source.exact);
        ScanLoops.gateBack(y[i], z[i], temporary, dy, lanes);
      }
      spread(dy, wideY);
      spread(dt[i], wideDt);
      spread(x[i], wideX);
      Arrays.fill(wideGradX, 0, wide, 0);
      Arrays.fill(wideGradDt, 0, wide, 0);
      for (int row = 0; row < rows; row++) {
        double[] g = temporary;
        double[] before = i == 0 ? start[row] : h[(i - 1) * rows + row];
        ScanLoops.multiplyAdd(c.row(row, i), wideY, carry[row], g, wide);
        c.addGradient(row, i, wideY, h[i * rows + row]);
        b.addGradient(row, i, g, wideX);
        ScanLoops.addProduct(g, b.row(row, i), wideGradX, wide);
        ScanLoops.stepBack(decay[i * rows + row], before, g, carry[row], other, wide);
        ScanLoops.addProduct(a[row], other, wideGradDt, wide);
        ScanLoops.addProduct(wideDt, other, sums.a[row], wide);
      }
      double[] gradX = gradU[i];
      fold(wideGradX, gradX);
      fold(wideGradDt, gradDt[i]);
      ScanLoops.addProduct(gradX, u[i], gradDt[i], lanes);
      ScanLoops.multiply(gradX, dt[i], gradU[i], lanes);
      if (skip != null) {
        ScanLoops.addProduct(skip, dy, gradU[i], lanes);
        ScanLoops.addProduct(u[i], dy, sums.skip[0], lanes);
      }
      if (source.softplus) {
        ScanLoops.exponentials(dt[i], minusOnes, temporary, lanes, source.exact);
        ScanLoops.softplusBack(gradDt[i], temporary, lanes);
      }
      ScanLoops.addProduct(ones, gradDt[i], sums.bias[0], lanes);
    }
    write(gradU, gradients.u, source.shape.length());
    write(gradDt, gradients.delta, source.shape.length());
    if (z != null) {
      write(y, gradients.z, source.shape.length());
    }
    b.endSegment(gradients.b);
    c.endSegment(gradients.c);
  }

  /** Stores the gradients that are sums over all segments. */
  void finish(Sums sums, Gradients gradients) {
    ScanShape shape = source.shape;
    task.writePerChannel(sums.a, shape.states(), gradients.a, shape, scratch);
    if (skip != null) {
      task.writePerChannel(sums.skip, 1, gradients.skip, shape, scratch);
    }
    if (bias != null) {
      task.writePerChannel(sums.bias, 1, gradients.bias, shape, scratch);
    }
    b.endTask(gradients.b);
    c.endTask(gradients.c);
  }
}
