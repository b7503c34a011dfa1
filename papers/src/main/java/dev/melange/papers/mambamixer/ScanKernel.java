package dev.melange.papers.mambamixer;

import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The recurrence of the selective scan and its gradient on the CPU (section 2 of the paper; the
 * algorithm is that of Mamba, with the states computed again for the gradient):
 *
 * <pre>
 *   h_i = exp(dt_i A) h_(i-1) + dt_i B_i u_i        y_i = sum over states of C_i h_i
 *   g_i = dL/dh_i = C_i dy_i + exp(dt_(i+1) A) g_(i+1)
 * </pre>
 *
 * <p>libtorch computes the exponentials, a tile at a time; the rest is loops over arrays, in
 * float64 whatever the tensors' type. The steps are taken in segments that fit a core's cache. Of
 * all states only those between the segments are kept for the gradient.
 *
 * <p>The work is cut into tasks over samples and channels for {@link Engine#parallel}. How it is
 * cut, and so each result to the last bit, depends on the shapes alone and not on the number of
 * workers.
 */
final class ScanKernel {
  private static final int TILE = 1 << 15; // numbers whose exponentials stay in a core's cache
  private static final int SEGMENT = 256;
  private static final int MIN_TASKS = 8;

  private final ScanShape shape;
  private final Tensor u; // [B, D, L]
  private final Tensor dt; // [B, D, L]
  private final Tensor a; // [D, N]
  private final Tensor b; // [B, G, N, L], or constant [D, N]
  private final Tensor c; // likewise
  private final boolean withState;
  private final int segment;
  private final int segments;
  private final Tensor starts; // states before each segment, [segments, B, D, N]; or null
  private final List<ScanTask> tasks = new ArrayList<>();
  private int slots;
  private int chunks;

  /**
   * A scan.
   *
   * @param withState whether the output has the last state appended
   * @param differentiable whether {@link #backward} is to follow
   */
  ScanKernel(Tensor[] in, boolean withState, boolean differentiable) {
    u = in[0].contiguous();
    dt = in[1].contiguous();
    a = in[2].contiguous();
    b = in[3].contiguous();
    c = in[4].contiguous();
    shape = ScanShape.of(u, a, b, c);
    this.withState = withState;
    segments = (shape.length() + SEGMENT - 1) / SEGMENT;
    segment = (shape.length() + segments - 1) / segments;
    starts =
        differentiable
            ? Tensor.empty(
                DType.F64, Device.CPU, segments, shape.batch(), shape.channels(), shape.states())
            : null;
    cut();
  }

  private void cut() {
    long perSample = (long) shape.channels() * shape.states() * shape.length();
    if (perSample <= TILE) {
      int together = (int) (TILE / perSample);
      chunks = 1;
      slots = (shape.batch() + together - 1) / together;
      for (int slot = 0; slot < slots; slot++) {
        int first = slot * together;
        int count = Math.min(together, shape.batch() - first);
        tasks.add(new ScanTask(slot, 0, first, count, 0, shape.channels()));
      }
      return;
    }
    slots = shape.batch();
    int inGroup = shape.channelsPerGroup();
    int perChunk = shape.batch() * shape.groups();
    int wanted = Math.min(inGroup, (MIN_TASKS + perChunk - 1) / perChunk);
    int size = (inGroup + wanted - 1) / wanted;
    chunks = (inGroup + size - 1) / size;
    for (int slot = 0; slot < slots; slot++) {
      for (int group = 0; group < shape.groups(); group++) {
        for (int chunk = 0; chunk < chunks; chunk++) {
          int from = chunk * size;
          int count = Math.min(size, inGroup - from);
          tasks.add(new ScanTask(slot, chunk, slot, 1, group * inGroup + from, count));
        }
      }
    }
  }

  private void forEachTask(Consumer<ScanTask> body) {
    List<Supplier<Boolean>> runs = new ArrayList<>();
    for (ScanTask task : tasks) {
      runs.add(
          () -> {
            body.accept(task);
            return true;
          });
    }
    Engine.get().parallel(runs);
  }

  private int lengthOf(int index) {
    return Math.min(segment, shape.length() - index * segment);
  }

  /** The outputs y, [B, D, L]; with the last state appended, [B, D, L + N]. */
  Tensor forward() {
    int columns = shape.length() + (withState ? shape.states() : 0);
    Tensor out = Tensor.empty(u.dtype(), Device.CPU, shape.batch(), shape.channels(), columns);
    forEachTask(task -> forward(task, out));
    return out;
  }

  private void forward(ScanTask task, Tensor out) {
    int n = shape.states();
    Scratch scratch = Scratch.ofThread();
    Segment part = new Segment(task, scratch);
    double[] carry = scratch.zeros(Scratch.CARRY, task.rows() * n);
    for (int index = 0; index < segments; index++) {
      if (starts != null) {
        Scratch.write(carry, task.slice(starts.get(index)));
      }
      part.load(index * segment, lengthOf(index));
      double[] y = scratch.zeros(Scratch.Y, task.rows() * part.length);
      for (int row = 0; row < task.rows(); row++) {
        double[] h = part.states(row, carry);
        for (int state = 0; state < n; state++) {
          part.c.addProduct(y, row * part.length, row, state, h, state * part.length);
          carry[row * n + state] = h[(state + 1) * part.length - 1];
        }
      }
      Scratch.write(y, part.steps(out));
    }
    if (withState) {
      Scratch.write(carry, task.slice(out).narrow(2, shape.length(), n));
    }
  }

  /**
   * The gradients of u, dt, A, B and C, each of its input's shape and type.
   *
   * @param gradient of the output
   */
  Tensor[] backward(Tensor gradient) {
    Tensor dy = gradient.contiguous();
    Tensor du = Tensor.empty(u.dtype(), Device.CPU, u.shape());
    Tensor ddt = Tensor.empty(dt.dtype(), Device.CPU, dt.shape());
    Tensor da = Tensor.empty(DType.F64, Device.CPU, slots, shape.channels(), shape.states());
    Tensor db = partial(b);
    Tensor dc = partial(c);
    forEachTask(task -> backward(task, new Tensor[] {dy, du, ddt, da, db, dc}));
    return new Tensor[] {
      du, ddt, da.sum(0).to(a.dtype()), db.sum(0).to(b.dtype()), dc.sum(0).to(c.dtype())
    };
  }

  // Tasks that contribute to the same number write to different indices of the first dimension.
  private Tensor partial(Tensor input) {
    return input.dim() == 2
        ? Tensor.empty(DType.F64, Device.CPU, slots, shape.channels(), shape.states())
        : Tensor.empty(
            DType.F64,
            Device.CPU,
            chunks,
            shape.batch(),
            shape.groups(),
            shape.states(),
            shape.length());
  }

  private void backward(ScanTask task, Tensor[] gradients) {
    int n = shape.states();
    Tensor dy = gradients[0];
    Scratch scratch = Scratch.ofThread();
    Segment part = new Segment(task, scratch);
    double[] carry =
        withState
            ? scratch.read(Scratch.CARRY, task.slice(dy).narrow(2, shape.length(), n))
            : scratch.zeros(Scratch.CARRY, task.rows() * n);
    double[] da = scratch.zeros(Scratch.GRAD_A, task.channels() * n);
    part.b.startGradient(Scratch.GRAD_B);
    part.c.startGradient(Scratch.GRAD_C);
    for (int index = segments - 1; index >= 0; index--) {
      part.load(index * segment, lengthOf(index));
      double[] start = scratch.read(Scratch.START, task.slice(starts.get(index)));
      double[] upstream = scratch.read(Scratch.Y, part.steps(dy));
      int size = task.rows() * part.length;
      double[] du = scratch.zeros(Scratch.GRAD_U, size);
      double[] ddt = scratch.zeros(Scratch.GRAD_DT, size);
      for (int row = 0; row < task.rows(); row++) {
        part.differentiate(row, start, carry, upstream, du, ddt, da);
      }
      Rows.addProduct(ddt, 0, part.u, 0, du, 0, size);
      Rows.product(du, 0, du, 0, part.dt, 0, size);
      Scratch.write(du, part.steps(gradients[1]));
      Scratch.write(ddt, part.steps(gradients[2]));
      part.b.endSegment(gradients[4]);
      part.c.endSegment(gradients[5]);
    }
    Scratch.write(da, gradients[3].get(task.slot()).narrow(0, task.channel(), task.channels()));
    part.b.endGradient(gradients[4]);
    part.c.endGradient(gradients[5]);
  }

  /** A segment of the steps of one task. */
  private final class Segment {
    private final ScanTask task;
    private final Scratch scratch;
    private final double[] a; // [channels, N]
    private final Coefficients b;
    private final Coefficients c;
    private final int n = shape.states();
    private int from;
    private int length;
    private double[] u; // [rows, length]
    private double[] dt; // [rows, length]
    private double[] input; // dt u
    private double[] state; // of one row, [N, length]
    private double[] decay; // exp(dt A) of a tile, [tile rows, N, length]
    private int tileRows;
    private int tile;

    Segment(ScanTask task, Scratch scratch) {
      this.task = task;
      this.scratch = scratch;
      a = scratch.read(Scratch.A, ScanKernel.this.a.narrow(0, task.channel(), task.channels()));
      b = new Coefficients(Scratch.B, ScanKernel.this.b, shape, task, scratch);
      c = new Coefficients(Scratch.C, ScanKernel.this.c, shape, task, scratch);
    }

    void load(int first, int count) {
      from = first;
      length = count;
      u = scratch.read(Scratch.U, steps(ScanKernel.this.u));
      dt = scratch.read(Scratch.DT, steps(ScanKernel.this.dt));
      input = scratch.get(Scratch.INPUT, task.rows() * length);
      Rows.product(input, 0, dt, 0, u, 0, task.rows() * length);
      b.load(first, count);
      c.load(first, count);
      state = scratch.get(Scratch.STATE, n * length);
      int perTile = Math.max(1, TILE / (n * length));
      tileRows = task.samples() > 1 ? task.rows() : Math.min(task.rows(), perTile);
      tile = -1;
    }

    /** The segment of the task's part of [B, D, L]. */
    Tensor steps(Tensor x) {
      return task.slice(x).narrow(2, from, length);
    }

    private int decayOf(int row) {
      return row % tileRows * n * length;
    }

    /** The states of a row, [N, length], from those before the segment, [rows, N]. */
    double[] states(int row, double[] before) {
      if (row / tileRows != tile) {
        tile = row / tileRows;
        decay = scratch.read(Scratch.DECAY, decays(tile * tileRows));
      }
      for (int i = 0; i < n; i++) {
        b.product(state, i * length, row, i, input, row * length);
        state[i * length] += decay[decayOf(row) + i * length] * before[row * n + i];
      }
      Rows.accumulate(state, 0, decay, decayOf(row), n, length);
      return state;
    }

    // Tasks of several samples have all channels, and are no larger than a tile.
    private Tensor decays(int row) {
      boolean whole = task.samples() > 1;
      int channel = whole ? 0 : row;
      int count = whole ? task.channels() : Math.min(tileRows, task.rows() - row);
      Tensor rates = ScanKernel.this.a.narrow(0, (long) task.channel() + channel, count);
      return Scope.run(
          () ->
              steps(ScanKernel.this.dt)
                  .narrow(1, channel, count)
                  .unsqueeze(2)
                  .mul(rates.unsqueeze(2))
                  .exp());
    }

    /**
     * Adds the gradients of a row: those of {@code dt u} to du, of A to da, and to ddt that of dt
     * without what comes through {@code dt u}.
     *
     * @param start the states before the segment, [rows, N]
     * @param carry the gradients of the states after it, [rows, N]; afterwards of those before it
     * @param upstream the gradients of the outputs, [rows, length]
     */
    void differentiate(
        int row,
        double[] start,
        double[] carry,
        double[] upstream,
        double[] du,
        double[] ddt,
        double[] da) {
      int at = row * length;
      int rates = row % task.channels() * n;
      double[] h = states(row, start);
      double[] g = scratch.get(Scratch.GRAD_STATE, n * length);
      double[] term = scratch.get(Scratch.TERM, length);
      for (int i = 0; i < n; i++) {
        c.product(g, i * length, row, i, upstream, at);
        c.addGradient(row, i, upstream, at, h, i * length);
        g[(i + 1) * length - 1] += carry[row * n + i];
      }
      Rows.accumulateBackwards(g, 0, decay, decayOf(row), n, length);
      for (int i = 0; i < n; i++) {
        int of = i * length;
        b.addProduct(du, at, row, i, g, of);
        b.addGradient(row, i, g, of, input, at);
        Rows.product(term, 0, g, of, decay, decayOf(row) + of, length);
        carry[row * n + i] = term[0];
        term[0] *= start[row * n + i];
        Rows.product(term, 1, term, 1, h, of, length - 1);
        Rows.addScaled(ddt, at, a[rates + i], term, 0, length);
        da[rates + i] += Rows.dot(term, 0, dt, at, length);
      }
    }
  }
}
