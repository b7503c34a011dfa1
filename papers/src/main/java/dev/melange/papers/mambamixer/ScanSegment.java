package dev.melange.papers.mambamixer;

import dev.melange.papers.mambamixer.ScanLoops.Block;
import dev.melange.papers.mambamixer.ScanLoops.RowGradients;
import dev.melange.tensor.DType;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;

/** A segment of the steps of one task of a scan, in arrays. */
final class ScanSegment {
  private static final int TILE = 1 << 15; // numbers whose exponentials stay in a core's cache

  /**
   * What a scan reads.
   *
   * @param u sequences, [B, D, L]
   * @param dt step sizes, [B, D, L]
   * @param a rates, [D, N]
   * @param steps the tensor of the step sizes, contiguous
   * @param rates the tensor of the rates
   * @param b input coefficients, [B, G, N, L] or constants [D, N]
   * @param c output coefficients, likewise
   * @param constantB whether the input coefficients are constants
   * @param constantC whether the output coefficients are constants
   */
  record Source(
      ScanShape shape,
      HostNumbers u,
      HostNumbers dt,
      HostNumbers a,
      Tensor steps,
      Tensor rates,
      HostNumbers b,
      HostNumbers c,
      boolean constantB,
      boolean constantC) {}

  private final Source source;
  private final ScanTask task;
  private final Scratch scratch;
  private final int n;
  private final double[] a; // [channels, N]
  private final Coefficients b;
  private final Coefficients c;
  private int from;
  private int length;
  private double[] u; // [rows, length]
  private double[] dt; // [rows, length]
  private double[] input; // dt u
  private double[] state; // of one row, [N, 1 + length]
  private double[] decay; // exp(dt A) of a tile, [tile rows, N, length]
  private int tileRows;
  private int tile;

  ScanSegment(Source source, ScanTask task, Scratch scratch) {
    this.source = source;
    this.task = task;
    this.scratch = scratch;
    ScanShape shape = source.shape;
    n = shape.states();
    a = scratch.get(Scratch.A, task.channels() * n);
    source.a.read((long) task.channel() * n, a, 0, task.channels() * n, scratch);
    b =
        new Coefficients(
            source.b,
            shape,
            task,
            scratch,
            Scratch.B,
            Scratch.GRAD_B,
            source.constantB ? Scratch.CONSTANTS_B : -1);
    c =
        new Coefficients(
            source.c,
            shape,
            task,
            scratch,
            Scratch.C,
            Scratch.GRAD_C,
            source.constantC ? Scratch.CONSTANTS_C : -1);
  }

  /** The input coefficients. */
  Coefficients b() {
    return b;
  }

  /** The output coefficients. */
  Coefficients c() {
    return c;
  }

  /** Number of steps. */
  int length() {
    return length;
  }

  /** Turns to a segment of the steps. */
  void load(int first, int count, boolean withGradient) {
    from = first;
    length = count;
    int size = task.rows() * length;
    u = read(Scratch.U, source.u, source.shape.length());
    dt = read(Scratch.DT, source.dt, source.shape.length());
    input = scratch.get(Scratch.INPUT, size);
    for (int i = 0; i < size; i++) {
      input[i] = dt[i] * u[i];
    }
    b.load(first, count, withGradient);
    c.load(first, count, withGradient);
    state = scratch.get(Scratch.STATE, n * (length + 1));
    tileRows = Math.min(task.rows(), Math.max(1, TILE / (n * length)));
    tile = -1;
  }

  private long place(int row, int columns) {
    long first = (long) task.sample() * source.shape.channels() + task.channel();
    return (first + row) * columns + from;
  }

  /**
   * The segment of the task's rows.
   *
   * @param columns length of the rows in memory
   */
  double[] read(int which, HostNumbers numbers, int columns) {
    double[] array = scratch.get(which, task.rows() * length);
    for (int row = 0; row < task.rows(); row++) {
      numbers.read(place(row, columns), array, row * length, length, scratch);
    }
    return array;
  }

  /**
   * Stores the segment of the task's rows.
   *
   * @param columns length of the rows in memory
   */
  void write(double[] array, HostNumbers numbers, int columns) {
    for (int row = 0; row < task.rows(); row++) {
      numbers.write(array, row * length, place(row, columns), length, scratch);
    }
  }

  private Block decays(int row) {
    if (row / tileRows != tile) {
      tile = row / tileRows;
      decay = exponentials(tile * tileRows);
    }
    return new Block(decay, row % tileRows * n * length);
  }

  // In the tensors' own type: the exponentials of float32 numbers take a quarter of the time. A
  // tile
  // either holds rows of one sample, or all of the task.
  private double[] exponentials(int first) {
    int rows = Math.min(tileRows, task.rows() - first);
    int size = rows * n * length;
    double[] array = scratch.get(Scratch.DECAY, size);
    int channels = Math.min(rows, task.channels());
    long row = (long) task.sample() * source.shape.channels() + task.channel() + first;
    try (Scope scope = Scope.open()) {
      Tensor dts =
          source
              .steps
              .view(-1, source.shape.length())
              .narrow(0, row, rows)
              .narrow(1, from, length)
              .unflatten(0, rows / channels, channels)
              .unsqueeze(2); // [samples, channels, 1, length]
      Tensor rates =
          source.rates.narrow(0, task.channel() + first % task.channels(), channels).unsqueeze(2);
      Tensor decays = dts.mul(rates).exp().to(DType.F64);
      decays.buffer().asDoubleBuffer().get(0, array, 0, size);
    }
    return array;
  }

  /**
   * Adds the outputs of a row.
   *
   * @param h the states before the segment, [rows, N]; afterwards those after it
   * @param y the outputs, [rows, length]
   */
  void outputs(int row, double[] h, double[] y) {
    Block decays = decays(row);
    Block in = b.of(row);
    Block out = c.of(row);
    for (int i = 0; i < n; i += ScanLoops.LANES) {
      ScanLoops.outputs(i, length, decays, in, out, input, y, row * length, h, row * n + i);
    }
  }

  /**
   * What the gradients of rows need and give.
   *
   * @param upstream the gradients of the outputs, [rows, length]
   */
  RowGradients gradientsOf(double[] upstream) {
    int size = task.rows() * length;
    return new RowGradients(
        state,
        input,
        upstream,
        dt,
        scratch.zeros(Scratch.GRAD_U, size),
        scratch.zeros(Scratch.GRAD_DT, size));
  }

  /**
   * Adds the gradients of a row.
   *
   * @param start the states before the segment, [rows, N]
   * @param carry the gradients of the states after it, [rows, N]; afterwards of those before it
   * @param gradA gets those of the rates, [channels, N]
   */
  void gradients(int row, double[] start, double[] carry, RowGradients gradient, double[] gradA) {
    Block decays = decays(row);
    Block in = b.of(row);
    Block out = c.of(row);
    int at = row * length;
    int rate = row % task.channels() * n;
    for (int i = 0; i < n; i += ScanLoops.LANES) {
      ScanLoops.states(i, length, decays, in, input, at, state, start, row * n + i);
    }
    for (int i = 0; i < n; i += 2) {
      ScanLoops.gradients(
          i,
          length,
          decays,
          in,
          out,
          b.gradient(),
          c.gradient(),
          gradient,
          at,
          carry,
          row * n + i,
          a,
          gradA,
          rate + i);
    }
    b.endRow(row);
    c.endRow(row);
  }

  /** Turns the gradients of {@code dt u} into those of u, and adds their share to those of dt. */
  void finish(RowGradients gradient) {
    double[] ofInput = gradient.gradX();
    double[] ofDt = gradient.gradDt();
    for (int i = 0; i < task.rows() * length; i++) {
      ofDt[i] += ofInput[i] * u[i];
      ofInput[i] *= dt[i];
    }
  }
}
