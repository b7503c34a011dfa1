package dev.melange.papers.mambamixer;

import java.util.Arrays;

/** B or C of a scan in one task: per step and group, or constant per channel and state. */
final class Coefficients {
  private final HostNumbers numbers; // [B, G, N, L] or [D, N]
  private final boolean constant;
  private final ScanShape shape;
  private final ScanTask task;
  private final Scratch scratch;
  private final Scratch.Use valuesUse;
  private final Scratch.Use gradientUse;
  private final int states;
  private final int firstGroup;
  private final int groups;
  private final int blocks; // runs of lanes with the same coefficients
  private final int block; // their length
  private final double[][] rows; // of constants; otherwise one, of the last step asked for
  private final double[][] rowGradients; // of constants
  private int from;
  private int length;
  private double[] values; // of the segment, [blocks, N, length]
  private double[] gradient; // of the values

  private Coefficients(
      HostNumbers numbers,
      boolean constant,
      ScanShape shape,
      ScanTask task,
      Scratch scratch,
      Scratch.Use valuesUse,
      Scratch.Use rowsUse,
      Scratch.Use gradientUse,
      Scratch.Use rowGradientsUse) {
    this.numbers = numbers;
    this.constant = constant;
    this.shape = shape;
    this.task = task;
    this.scratch = scratch;
    this.valuesUse = valuesUse;
    this.gradientUse = gradientUse;
    states = shape.states();
    firstGroup = task.channel() / shape.channelsPerGroup();
    int lastGroup = (task.channel() + task.channels() - 1) / shape.channelsPerGroup();
    groups = lastGroup - firstGroup + 1;
    blocks = task.samples() * groups;
    block = task.lanes() / blocks;
    if (constant) {
      rows = task.readPerChannel(numbers, states, rowsUse, scratch);
      rowGradients = scratch.zeros(rowGradientsUse, states / task.beside(), task.wide());
    } else {
      rows = scratch.rows(rowsUse, 1, task.wide());
      rowGradients = null;
    }
  }

  /** The input coefficients of a task. */
  static Coefficients b(
      HostNumbers numbers, boolean constant, ScanShape shape, ScanTask task, Scratch scratch) {
    return new Coefficients(
        numbers,
        constant,
        shape,
        task,
        scratch,
        Scratch.Use.VALUES_B,
        Scratch.Use.ROWS_B,
        Scratch.Use.GRAD_B,
        Scratch.Use.GRAD_ROWS_B);
  }

  /** The output coefficients of a task. */
  static Coefficients c(
      HostNumbers numbers, boolean constant, ScanShape shape, ScanTask task, Scratch scratch) {
    return new Coefficients(
        numbers,
        constant,
        shape,
        task,
        scratch,
        Scratch.Use.VALUES_C,
        Scratch.Use.ROWS_C,
        Scratch.Use.GRAD_C,
        Scratch.Use.GRAD_ROWS_C);
  }

  /** Turns to a segment of the steps. */
  void load(int first, int count) {
    from = first;
    length = count;
    if (!constant) {
      values = scratch.row(valuesUse, blocks * states * length);
      gradient = scratch.row(gradientUse, blocks * states * length);
      for (int row = 0; row < blocks * states; row++) {
        numbers.read(place(row), values, row * length, length, scratch);
      }
    }
  }

  /** Where the segment of a row of the values lies in [B, G, N, L]. */
  private long place(int row) {
    int state = row % states;
    int group = firstGroup + row / states % groups;
    long sample = task.sample() + row / states / groups;
    return ((sample * shape.groups() + group) * states + state) * shape.length() + from;
  }

  /**
   * The coefficients at a step of the segment, until the next are asked for.
   *
   * @param row of states
   */
  double[] row(int row, int step) {
    if (constant) {
      return rows[row];
    }
    int at = 0;
    for (int state = row * task.beside(); state < (row + 1) * task.beside(); state++) {
      for (int i = 0; i < blocks; i++) {
        Arrays.fill(rows[0], at, at + block, values[(i * states + state) * length + step]);
        at += block;
      }
    }
    return rows[0];
  }

  /** Sets the gradient of a row of states at a step to {@code x y}; of constants, adds that. */
  void addGradient(int row, int step, double[] x, double[] y) {
    if (constant) {
      ScanLoops.addProduct(x, y, rowGradients[row], task.wide());
      return;
    }
    int at = 0;
    for (int state = row * task.beside(); state < (row + 1) * task.beside(); state++) {
      for (int i = 0; i < blocks; i++) {
        gradient[(i * states + state) * length + step] = ScanLoops.dot(x, y, at, at + block);
        at += block;
      }
    }
  }

  /** Stores the gradient of a segment, [chunks, B, G, N, L]. */
  void endSegment(HostNumbers target) {
    if (!constant) {
      long chunk = (long) task.chunk() * shape.batch() * shape.groups() * states * shape.length();
      for (int row = 0; row < blocks * states; row++) {
        target.write(gradient, row * length, chunk + place(row), length, scratch);
      }
    }
  }

  /** Stores the gradient of constants, [slots, D, N]. */
  void endTask(HostNumbers target) {
    if (constant) {
      task.writePerChannel(rowGradients, states, target, shape, scratch);
    }
  }
}
