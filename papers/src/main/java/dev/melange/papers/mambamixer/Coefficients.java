package dev.melange.papers.mambamixer;

import dev.melange.papers.mambamixer.ScanLoops.Block;
import java.util.Arrays;

/** B or C of a scan in one task: per step and group, or constant per channel and state. */
final class Coefficients {
  private final HostNumbers numbers; // [B, G, N, L] or [D, N]
  private final ScanShape shape;
  private final ScanTask task;
  private final Scratch scratch;
  private final int valuesArray;
  private final int gradientArray;
  private final int firstGroup;
  private final int groups;
  private final double[] constants; // [channels, N]; null if these are no constants
  private final double[] constantGradient; // of the constants
  private int from;
  private int length;
  private double[] values; // of the segment [samples, groups, N, length]; of constants [N, length]
  private double[] gradient; // of the values; null unless asked for

  /**
   * The coefficients of a task.
   *
   * @param valuesArray array of the scratch that holds them
   * @param gradientArray array of the scratch that holds their gradients
   * @param constantsArray array of the scratch for constants, and the next one for their gradients;
   *     -1 if these are no constants
   */
  Coefficients(
      HostNumbers numbers,
      ScanShape shape,
      ScanTask task,
      Scratch scratch,
      int valuesArray,
      int gradientArray,
      int constantsArray) {
    this.numbers = numbers;
    this.shape = shape;
    this.task = task;
    this.scratch = scratch;
    this.valuesArray = valuesArray;
    this.gradientArray = gradientArray;
    firstGroup = task.channel() / shape.channelsPerGroup();
    int lastGroup = (task.channel() + task.channels() - 1) / shape.channelsPerGroup();
    groups = lastGroup - firstGroup + 1;
    if (constantsArray < 0) {
      constants = null;
      constantGradient = null;
    } else {
      int size = task.channels() * shape.states();
      constants = scratch.get(constantsArray, size);
      numbers.read((long) task.channel() * shape.states(), constants, 0, size, scratch);
      constantGradient = scratch.zeros(constantsArray + 1, size);
    }
  }

  /** Turns to a segment of the steps. */
  void load(int first, int count, boolean withGradient) {
    from = first;
    length = count;
    int rows = (constants == null ? task.samples() * groups : 1) * shape.states();
    values = scratch.get(valuesArray, rows * length);
    gradient = withGradient ? scratch.zeros(gradientArray, rows * length) : null;
    if (constants == null) {
      for (int row = 0; row < rows; row++) {
        numbers.read(place(row), values, row * length, length, scratch);
      }
    }
  }

  /** Where the segment of a row of the values lies in [B, G, N, L]. */
  private long place(int row) {
    int state = row % shape.states();
    int group = firstGroup + row / shape.states() % groups;
    long sample = task.sample() + row / shape.states() / groups;
    return ((sample * shape.groups() + group) * shape.states() + state) * shape.length() + from;
  }

  /** The block of a row of the task, valid until the next one is asked for. */
  Block of(int row) {
    if (constants == null) {
      int sample = row / task.channels();
      int channel = task.channel() + row % task.channels();
      int group = channel / shape.channelsPerGroup() - firstGroup;
      return new Block(values, (sample * groups + group) * shape.states() * length);
    }
    int at = row % task.channels() * shape.states();
    for (int state = 0; state < shape.states(); state++) {
      Arrays.fill(values, state * length, (state + 1) * length, constants[at + state]);
    }
    return new Block(values, 0);
  }

  /** The gradient's array, whose blocks lie as those of {@link #of}. */
  double[] gradient() {
    return gradient;
  }

  /** Adds up what a row gave to the gradient of constants. */
  void endRow(int row) {
    if (constants != null) {
      int at = row % task.channels() * shape.states();
      for (int state = 0; state < shape.states(); state++) {
        double sum = 0;
        for (int i = state * length; i < (state + 1) * length; i++) {
          sum += gradient[i];
        }
        constantGradient[at + state] += sum;
      }
      Arrays.fill(gradient, 0, shape.states() * length, 0);
    }
  }

  /** Stores the gradient of a segment, [chunks, B, G, N, L]. */
  void endSegment(HostNumbers target) {
    if (constants == null) {
      long chunk =
          (long) task.chunk() * shape.batch() * shape.groups() * shape.states() * shape.length();
      for (int row = 0; row < task.samples() * groups * shape.states(); row++) {
        target.write(gradient, row * length, chunk + place(row), length, scratch);
      }
    }
  }

  /** Stores the gradient of constants, [slots, D, N]. */
  void endTask(HostNumbers target) {
    if (constants != null) {
      long at = ((long) task.slot() * shape.channels() + task.channel()) * shape.states();
      target.write(constantGradient, 0, at, task.channels() * shape.states(), scratch);
    }
  }
}
