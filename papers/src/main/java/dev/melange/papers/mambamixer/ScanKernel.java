package dev.melange.papers.mambamixer;

import dev.melange.papers.mambamixer.ScanSegment.Gradients;
import dev.melange.papers.mambamixer.ScanSegment.Source;
import dev.melange.papers.mambamixer.ScanSegment.Sums;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The selective scan and its gradient on the CPU (section 2 of the paper; the algorithm is that of
 * Mamba, with the states computed again for the gradient):
 *
 * <pre>
 *   h_i = exp(dt_i A) h_(i-1) + dt_i B_i u_i        y_i = sum over states of C_i h_i
 *   g_i = dL/dh_i = C_i dy_i + exp(dt_(i+1) A) g_(i+1)
 * </pre>
 *
 * <p>A step is done for many samples and channels side by side, in float64 whatever the tensors'
 * type; exponentials have the precision of the tensors' type. The steps are taken in segments that
 * fit a core's cache. Of all states only those between the segments are kept for the gradient.
 *
 * <p>The work is cut into tasks over samples and channels for {@link Engine#parallel}. How it is
 * cut, and so each result to the last bit, depends on the shapes alone and not on the number of
 * workers.
 */
final class ScanKernel {
  private static final int MIN_LANES = 96; // fewer would leave much of each loop to its ends
  private static final int MAX_LANES = 256;
  private static final int WIDE = 512; // length of a row of states
  private static final int MANY_TASKS = 8;
  private static final int CACHED = 1 << 16; // numbers that stay in a core's cache
  private static final int MIN_SEGMENT = 16;
  private static final int MAX_SEGMENT = 64;

  private final Tensor[] in; // u, delta, A, B, C, D, z, bias as given; the last three may be null
  private final ScanShape shape;
  private final Source source;
  private final boolean withState;
  private final int columns; // of the output
  private final int segment;
  private final int segments;
  private final HostNumbers starts; // states before each segment, [segments, B * D * N]; or null
  private final List<ScanTask> tasks = new ArrayList<>();
  private int slots;
  private int chunks;

  /**
   * A scan.
   *
   * @param in u and delta, [B, D, L]; A, [D, N]; B and C, [B, G, N, L] or constants [D, N]; each
   *     null or not: D, [D]; z, [B, D, L]; the bias of delta, [D]
   * @param softplus whether the step sizes go through softplus
   * @param withState whether the output has the last state appended
   * @param differentiable whether {@link #backward} is to follow
   */
  ScanKernel(Tensor[] in, boolean softplus, boolean withState, boolean differentiable) {
    this.in = in;
    this.withState = withState;
    shape = ScanShape.of(in[0], in[2], in[3], in[4]);
    columns = shape.length() + (withState ? shape.states() : 0);
    source =
        new Source(
            shape,
            numbers(in[0]),
            numbers(in[1]),
            numbers(in[2]),
            numbers(in[3]),
            numbers(in[4]),
            numbers(in[5]),
            numbers(in[6]),
            numbers(in[7]),
            in[3].dim() == 2,
            in[4].dim() == 2,
            softplus,
            in[0].dtype() == DType.F64);
    cut();
    int lanes = tasks.stream().mapToInt(ScanTask::lanes).max().orElseThrow();
    int fitting = CACHED / (2 * shape.states() * lanes);
    int wanted =
        differentiable ? Math.max(MIN_SEGMENT, Math.min(MAX_SEGMENT, fitting)) : MAX_SEGMENT;
    segments = (shape.length() + wanted - 1) / wanted;
    segment = (shape.length() + segments - 1) / segments;
    starts =
        differentiable
            ? new HostNumbers(doubles(segments, shape.batch(), shape.channels(), shape.states()))
            : null;
  }

  private static HostNumbers numbers(Tensor x) {
    return x == null ? null : new HostNumbers(typed(x));
  }

  private static Tensor typed(Tensor x) {
    return (x.dtype() == type(x) ? x : x.to(type(x))).contiguous();
  }

  private static DType type(Tensor x) {
    return x.dtype() == DType.F64 ? DType.F64 : DType.F32;
  }

  private static Tensor doubles(long... shape) {
    return Tensor.empty(DType.F64, Device.CPU, shape);
  }

  private void cut() {
    long lanes = (long) shape.batch() * shape.channels();
    int wanted = (int) Math.max(MIN_LANES, Math.min(MAX_LANES, lanes / MANY_TASKS));
    if (shape.channels() <= wanted) {
      int together = Math.min(shape.batch(), wanted / shape.channels());
      chunks = 1;
      slots = (shape.batch() + together - 1) / together;
      for (int slot = 0; slot < slots; slot++) {
        int first = slot * together;
        int count = Math.min(together, shape.batch() - first);
        tasks.add(task(slot, 0, first, count, 0, shape.channels()));
      }
      return;
    }
    slots = shape.batch();
    int inGroup = shape.channelsPerGroup();
    chunks = Math.max(1, Math.round((float) inGroup / wanted));
    int size = (inGroup + chunks - 1) / chunks;
    chunks = (inGroup + size - 1) / size;
    for (int slot = 0; slot < slots; slot++) {
      for (int group = 0; group < shape.groups(); group++) {
        for (int chunk = 0; chunk < chunks; chunk++) {
          int from = chunk * size;
          int count = Math.min(size, inGroup - from);
          tasks.add(task(slot, chunk, slot, 1, group * inGroup + from, count));
        }
      }
    }
  }

  private ScanTask task(int slot, int chunk, int sample, int samples, int channel, int channels) {
    int beside = Math.max(1, Math.min(shape.states(), WIDE / (samples * channels)));
    while (shape.states() % beside != 0) {
      beside--;
    }
    return new ScanTask(slot, chunk, sample, samples, channel, channels, beside);
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

  /** Where a row of a task's states before a segment is kept. */
  private long startOf(ScanTask task, int index, int row) {
    long before = ((long) index * shape.batch() * shape.channels()) + task.firstLane(shape);
    return before * shape.states() + (long) row * task.wide();
  }

  /** Where the last states of a task lie in the output. */
  private long lastOf(ScanTask task) {
    return task.firstLane(shape) * columns + shape.length();
  }

  /** The outputs, [B, D, L]; with the last state appended, [B, D, L + N]. */
  Tensor forward() {
    Tensor out = Tensor.empty(type(in[0]), Device.CPU, shape.batch(), shape.channels(), columns);
    HostNumbers numbers = new HostNumbers(out);
    forEachTask(task -> forward(task, numbers));
    return out.to(in[0].dtype());
  }

  private void forward(ScanTask task, HostNumbers out) {
    int rows = shape.states() / task.beside();
    Scratch scratch = Scratch.ofThread();
    ScanSegment part = new ScanSegment(source, task, scratch);
    double[][] h = scratch.zeros(Scratch.Use.CARRY, rows, task.wide());
    for (int index = 0; index < segments; index++) {
      for (int row = 0; starts != null && row < rows; row++) {
        starts.write(h[row], 0, startOf(task, index, row), task.wide(), scratch);
      }
      part.load(index * segment, lengthOf(index));
      part.forward(h, out, columns);
    }
    if (withState) {
      out.writeColumns(
          h, shape.states(), task.lanes(), task.beside(), lastOf(task), columns, scratch);
    }
  }

  /**
   * The gradients of the inputs, each of its input's shape and type; null where there is no input.
   *
   * @param gradient of the output
   */
  Tensor[] backward(Tensor gradient) {
    Tensor[] sums = {
      like(in[0]),
      like(in[1]),
      perChannel(shape.states()),
      partial(in[3]),
      partial(in[4]),
      in[5] == null ? null : perChannel(1),
      in[6] == null ? null : like(in[6]),
      in[7] == null ? null : perChannel(1)
    };
    HostNumbers[] to = new HostNumbers[sums.length];
    for (int i = 0; i < to.length; i++) {
      to[i] = sums[i] == null ? null : new HostNumbers(sums[i]);
    }
    HostNumbers upstream = numbers(gradient);
    Gradients gradients =
        new Gradients(upstream, columns, to[0], to[1], to[2], to[3], to[4], to[5], to[6], to[7]);
    forEachTask(task -> backward(task, gradients));
    for (int i = 0; i < sums.length; i++) {
      if (sums[i] != null) {
        boolean parts = i >= 2 && i != 6;
        sums[i] = (parts ? sums[i].sum(0).view(in[i].shape()) : sums[i]).to(in[i].dtype());
      }
    }
    return sums;
  }

  private static Tensor like(Tensor x) {
    return Tensor.empty(type(x), Device.CPU, x.shape());
  }

  // Tasks that contribute to the same number write to different indices of the first dimension.
  private Tensor perChannel(int count) {
    return doubles(slots, shape.channels(), count);
  }

  private Tensor partial(Tensor coefficients) {
    return coefficients.dim() == 2
        ? perChannel(shape.states())
        : doubles(chunks, shape.batch(), shape.groups(), shape.states(), shape.length());
  }

  private void backward(ScanTask task, Gradients gradients) {
    int rows = shape.states() / task.beside();
    Scratch scratch = Scratch.ofThread();
    ScanSegment part = new ScanSegment(source, task, scratch);
    double[][] carry = scratch.zeros(Scratch.Use.CARRY, rows, task.wide());
    if (withState) {
      HostNumbers upstream = gradients.upstream();
      upstream.readColumns(
          lastOf(task), columns, carry, shape.states(), task.lanes(), task.beside(), scratch);
    }
    double[][] start = scratch.rows(Scratch.Use.START, rows, task.wide());
    Sums sums = Sums.zeros(shape, task, scratch);
    for (int index = segments - 1; index >= 0; index--) {
      part.load(index * segment, lengthOf(index));
      for (int row = 0; row < rows; row++) {
        starts.read(startOf(task, index, row), start[row], 0, task.wide(), scratch);
      }
      part.backward(start, carry, sums, gradients);
    }
    part.finish(sums, gradients);
  }
}
