package dev.melange.papers.mambamixer;

import dev.melange.papers.mambamixer.ScanLoops.RowGradients;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Nn;
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
 * <p>libtorch computes the exponentials, a tile at a time and in the tensors' type; the rest is
 * loops over arrays, in float64 whatever the tensors' type. The steps are taken in segments that
 * fit a core's cache. Of all states only those between the segments are kept for the gradient.
 *
 * <p>The work is cut into tasks over samples and channels for {@link Engine#parallel}. How it is
 * cut, and so each result to the last bit, depends on the shapes alone and not on the number of
 * workers.
 */
final class ScanKernel {
  private static final int TASK = 1 << 15; // numbers of states: less is not worth a task of its own
  private static final int SEGMENT = 256;
  private static final int MIN_TASKS = 8;

  private final Tensor[] in; // u, dt, A, B, C as given
  private final ScanShape shape; // with the number of states made up to a multiple
  private final int states; // as given
  private final ScanSegment.Source source;
  private final boolean withState;
  private final int columns; // of the output
  private final int segment;
  private final int segments;
  private final HostNumbers starts; // states before each segment, [segments, B, D, N]; or null
  private final List<ScanTask> tasks = new ArrayList<>();
  private int slots;
  private int chunks;

  /**
   * A scan.
   *
   * @param in u and dt, [B, D, L]; A, [D, N]; B and C, [B, G, N, L] or constants [D, N]
   * @param withState whether the output has the last state appended
   * @param differentiable whether {@link #backward} is to follow
   */
  ScanKernel(Tensor[] in, boolean withState, boolean differentiable) {
    this.in = in;
    this.withState = withState;
    states = (int) in[2].size(1);
    Tensor a = padded(in[2]);
    Tensor b = padded(in[3]);
    Tensor c = padded(in[4]);
    Tensor dt = typed(in[1]);
    Tensor rates = typed(a);
    shape = ScanShape.of(in[0], a, b, c);
    columns = shape.length() + (withState ? shape.states() : 0);
    source =
        new ScanSegment.Source(
            shape,
            numbers(in[0]),
            new HostNumbers(dt),
            new HostNumbers(rates),
            dt,
            rates,
            numbers(b),
            numbers(c),
            b.dim() == 2,
            c.dim() == 2);
    segments = (shape.length() + SEGMENT - 1) / SEGMENT;
    segment = (shape.length() + segments - 1) / segments;
    starts =
        differentiable
            ? new HostNumbers(doubles(segments, shape.batch(), shape.channels(), shape.states()))
            : null;
    cut();
  }

  // The states' dimension is the second of constants and of A, else the third. States whose
  // coefficients are zero stay zero.
  private static Tensor padded(Tensor x) {
    int missing = (int) (-x.size(stateDim(x)) & (ScanLoops.LANES - 1));
    if (missing == 0) {
      return x;
    }
    return x.dim() == 2 ? Nn.pad(x, 0, missing) : Nn.pad(x, 0, 0, 0, missing);
  }

  private static int stateDim(Tensor x) {
    return x.dim() == 2 ? 1 : 2;
  }

  private static HostNumbers numbers(Tensor x) {
    return new HostNumbers(typed(x));
  }

  private static Tensor typed(Tensor x) {
    return (x.dtype() == type(x) ? x : x.to(type(x))).contiguous();
  }

  private static Tensor doubles(long... shape) {
    return Tensor.empty(DType.F64, Device.CPU, shape);
  }

  private void cut() {
    long perSample = (long) shape.channels() * shape.states() * shape.length();
    if (perSample <= TASK) {
      int together = (int) (TASK / perSample);
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

  /** Where the states of a task before a segment are kept. */
  private long startOf(ScanTask task, int index) {
    long rows = ((long) index * shape.batch() + task.sample()) * shape.channels() + task.channel();
    return rows * shape.states();
  }

  /** Where the last states of a row lie in the output. */
  private long lastOf(ScanTask task, int row) {
    long rows = (long) task.sample() * shape.channels() + task.channel() + row;
    return rows * columns + shape.length();
  }

  /** The outputs y, [B, D, L]; with the last state appended, [B, D, L + N]. */
  Tensor forward() {
    DType type = in[0].dtype() == DType.F64 ? DType.F64 : DType.F32;
    Tensor out = Tensor.empty(type, Device.CPU, shape.batch(), shape.channels(), columns);
    HostNumbers numbers = new HostNumbers(out);
    forEachTask(task -> forward(task, numbers));
    return out.narrow(2, 0, shape.length() + (withState ? (long) states : 0)).to(in[0].dtype());
  }

  private void forward(ScanTask task, HostNumbers out) {
    int n = shape.states();
    Scratch scratch = Scratch.ofThread();
    ScanSegment part = new ScanSegment(source, task, scratch);
    double[] h = scratch.zeros(Scratch.CARRY, task.rows() * n);
    for (int index = 0; index < segments; index++) {
      if (starts != null) {
        starts.write(h, 0, startOf(task, index), task.rows() * n, scratch);
      }
      part.load(index * segment, lengthOf(index), false);
      double[] y = scratch.zeros(Scratch.Y, task.rows() * part.length());
      for (int row = 0; row < task.rows(); row++) {
        part.outputs(row, h, y);
      }
      part.write(y, out, columns);
    }
    for (int row = 0; withState && row < task.rows(); row++) {
      out.write(h, row * n, lastOf(task, row), n, scratch);
    }
  }

  /** Where the tasks put their gradients. */
  private record Gradients(
      HostNumbers dy,
      HostNumbers du,
      HostNumbers ddt,
      HostNumbers da,
      HostNumbers db,
      HostNumbers dc) {}

  /**
   * The gradients of u, dt, A, B and C, each of its input's shape and type.
   *
   * @param gradient of the output
   */
  Tensor[] backward(Tensor gradient) {
    Tensor dy = withState ? Nn.pad(gradient, 0, shape.states() - states) : gradient;
    Tensor[] sums = {
      Tensor.empty(type(in[0]), Device.CPU, in[0].shape()),
      Tensor.empty(type(in[1]), Device.CPU, in[1].shape()),
      doubles(slots, shape.channels(), shape.states()),
      partial(in[3]),
      partial(in[4])
    };
    Gradients gradients =
        new Gradients(
            numbers(dy),
            new HostNumbers(sums[0]),
            new HostNumbers(sums[1]),
            new HostNumbers(sums[2]),
            new HostNumbers(sums[3]),
            new HostNumbers(sums[4]));
    forEachTask(task -> backward(task, gradients));
    for (int i = 0; i < sums.length; i++) {
      Tensor sum = i < 2 ? sums[i] : sums[i].sum(0).narrow(stateDim(in[i]), 0, states);
      sums[i] = sum.to(in[i].dtype());
    }
    return sums;
  }

  private static DType type(Tensor x) {
    return x.dtype() == DType.F64 ? DType.F64 : DType.F32;
  }

  // Tasks that contribute to the same number write to different indices of the first dimension.
  private Tensor partial(Tensor coefficients) {
    return coefficients.dim() == 2
        ? doubles(slots, shape.channels(), shape.states())
        : doubles(chunks, shape.batch(), shape.groups(), shape.states(), shape.length());
  }

  private void backward(ScanTask task, Gradients gradients) {
    int n = shape.states();
    Scratch scratch = Scratch.ofThread();
    ScanSegment part = new ScanSegment(source, task, scratch);
    double[] carry = scratch.zeros(Scratch.CARRY, task.rows() * n);
    for (int row = 0; withState && row < task.rows(); row++) {
      gradients.dy.read(lastOf(task, row), carry, row * n, n, scratch);
    }
    double[] da = scratch.zeros(Scratch.GRAD_A, task.channels() * n);
    double[] start = scratch.get(Scratch.START, task.rows() * n);
    for (int index = segments - 1; index >= 0; index--) {
      part.load(index * segment, lengthOf(index), true);
      starts.read(startOf(task, index), start, 0, task.rows() * n, scratch);
      RowGradients rows = part.gradientsOf(part.read(Scratch.Y, gradients.dy, columns));
      for (int row = 0; row < task.rows(); row++) {
        part.gradients(row, start, carry, rows, da);
      }
      part.finish(rows);
      part.write(rows.gradX(), gradients.du, shape.length());
      part.write(rows.gradDt(), gradients.ddt, shape.length());
      part.b().endSegment(gradients.db);
      part.c().endSegment(gradients.dc);
    }
    long at = ((long) task.slot() * shape.channels() + task.channel()) * n;
    gradients.da.write(da, 0, at, task.channels() * n, scratch);
    part.b().endTask(gradients.db);
    part.c().endTask(gradients.dc);
  }
}
