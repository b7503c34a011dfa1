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
  private final double[][] rows; // constants by state; otherwise one, of the last step asked for
  private final double[][] rowGradients; // of constants, by state
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
    rows = scratch.rows(rowsUse, constant ? states : 1, task.lanes());
    rowGradients = constant ? scratch.zeros(rowGradientsUse, states, task.lanes()) : null;
    if (constant) {
      task.readPerChannel(numbers, states, rows, scratch);
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
   * The coefficients of a state at a step of the segment, by lane, until the next are asked for.
   */
  double[] row(int state, int step) {
    if (constant) {
      return rows[state];
    }
    for (int i = 0; i < blocks; i++) {
      double value = values[(i * states + state) * length + step];
      Arrays.fill(rows[0], i * block, (i + 1) * block, value);
    }
    return rows[0];
  }

  /** Adds {@code x y} to the gradient of each lane's coefficient of a state at a step. */
  void addGradient(int state, int step, double[] x, double[] y) {
    if (constant) {
      ScanLoops.addProduct(x, y, rowGradients[state], task.lanes());
      return;
    }
    for (int i = 0; i < blocks; i++) {
      gradient[(i * states + state) * length + step] =
          ScanLoops.dot(x, y, i * block, (i + 1) * block);
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
