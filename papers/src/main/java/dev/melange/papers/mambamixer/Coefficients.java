package dev.melange.papers.mambamixer;

import dev.melange.tensor.Tensor;

/** B or C of a scan in one task: per step and group, or constant per channel and state. */
final class Coefficients {
  private final int which;
  private final Tensor tensor; // [B, G, N, L] or [D, N]
  private final ScanShape shape;
  private final ScanTask task;
  private final Scratch scratch;
  private final boolean constant;
  private final int firstGroup;
  private final int groups;
  private int from;
  private int length;
  private double[] values; // of the segment [samples, groups, N, length], or [channels, N]
  private int gradientArray;
  private double[] gradient; // of the values

  /**
   * The coefficients of a task.
   *
   * @param which array of the scratch that holds them
   */
  Coefficients(int which, Tensor tensor, ScanShape shape, ScanTask task, Scratch scratch) {
    this.which = which;
    this.tensor = tensor;
    this.shape = shape;
    this.task = task;
    this.scratch = scratch;
    constant = tensor.dim() == 2;
    firstGroup = task.channel() / shape.channelsPerGroup();
    int lastGroup = (task.channel() + task.channels() - 1) / shape.channelsPerGroup();
    groups = lastGroup - firstGroup + 1;
    if (constant) {
      values = scratch.read(which, tensor.narrow(0, task.channel(), task.channels()));
    }
  }

  /** Turns to a segment of the steps. */
  void load(int first, int count) {
    from = first;
    length = count;
    if (!constant) {
      values = scratch.read(which, segment(tensor));
      if (gradient != null) {
        gradient = scratch.zeros(gradientArray, task.samples() * groups * shape.states() * length);
      }
    }
  }

  private Tensor segment(Tensor x) {
    return x.narrow(0, task.sample(), task.samples())
        .narrow(1, firstGroup, groups)
        .narrow(3, from, length);
  }

  private int constantAt(int row, int state) {
    return row % task.channels() * shape.states() + state;
  }

  private int rowAt(int row, int state) {
    int sample = row / task.channels();
    int channel = task.channel() + row % task.channels();
    int group = channel / shape.channelsPerGroup() - firstGroup;
    return ((sample * groups + group) * shape.states() + state) * length;
  }

  /** {@code out = this * x} along the segment. */
  void product(double[] out, int o, int row, int state, double[] x, int xo) {
    if (constant) {
      Rows.scaled(out, o, values[constantAt(row, state)], x, xo, length);
    } else {
      Rows.product(out, o, values, rowAt(row, state), x, xo, length);
    }
  }

  /** {@code out += this * x} along the segment. */
  void addProduct(double[] out, int o, int row, int state, double[] x, int xo) {
    if (constant) {
      Rows.addScaled(out, o, values[constantAt(row, state)], x, xo, length);
    } else {
      Rows.addProduct(out, o, values, rowAt(row, state), x, xo, length);
    }
  }

  /** Prepares for gradients; to be called before {@link #load}. */
  void startGradient(int array) {
    gradientArray = array;
    gradient = scratch.zeros(array, constant ? task.channels() * shape.states() : 0);
  }

  /** Adds {@code x * y} to the gradient, summed over the steps if these are constants. */
  void addGradient(int row, int state, double[] x, int xo, double[] y, int yo) {
    if (constant) {
      gradient[constantAt(row, state)] += Rows.dot(x, xo, y, yo, length);
    } else {
      Rows.addProduct(gradient, rowAt(row, state), x, xo, y, yo, length);
    }
  }

  /** Stores the gradient of a segment, [chunks, B, G, N, L]. */
  void endSegment(Tensor target) {
    if (!constant) {
      Scratch.write(gradient, segment(target.get(task.chunk())));
    }
  }

  /** Stores the gradient of constants, [slots, D, N]. */
  void endGradient(Tensor target) {
    if (constant) {
      Scratch.write(gradient, target.get(task.slot()).narrow(0, task.channel(), task.channels()));
    }
  }
}
