package dev.melange.papers.mambamixer;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * Arrays that a thread uses again and again: allocating them would cost as much as a small scan.
 */
final class Scratch {
  /** What they hold. */
  enum Use {
    U,
    STEPS,
    INPUT,
    GATE,
    OUTPUT,
    UPSTREAM,
    RATES,
    SKIP,
    BIAS,
    CONSTANTS,
    STATES,
    DECAYS,
    CARRY,
    START,
    TEMPORARY,
    VALUES_B,
    VALUES_C,
    ROWS_B,
    ROWS_C,
    GRAD_B,
    GRAD_C,
    GRAD_ROWS_B,
    GRAD_ROWS_C,
    GRAD_WIDE,
    GRAD_U,
    GRAD_STEPS,
    GRAD_RATES,
    GRAD_SKIP,
    GRAD_BIAS,
    TILE
  }

  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  private final Map<Use, double[][]> held = new EnumMap<>(Use.class);
  private float[] floats = new float[0];

  private Scratch() {}

  /** The arrays of this thread. */
  static Scratch ofThread() {
    return OF_THREAD.get();
  }

  /** At least so many rows of at least that length, with whatever they held. */
  double[][] rows(Use use, int count, int length) {
    double[][] rows = held.get(use);
    if (rows == null || rows.length < count) {
      rows = rows == null ? new double[count][] : Arrays.copyOf(rows, count);
      held.put(use, rows);
    }
    for (int i = 0; i < count; i++) {
      if (rows[i] == null || rows[i].length < length) {
        rows[i] = new double[length];
      }
    }
    return rows;
  }

  /** Rows that begin with zeros. */
  double[][] zeros(Use use, int count, int length) {
    double[][] rows = rows(use, count, length);
    for (int i = 0; i < count; i++) {
      Arrays.fill(rows[i], 0, length, 0);
    }
    return rows;
  }

  /** One row. */
  double[] row(Use use, int length) {
    return rows(use, 1, length)[0];
  }

  /** An array of at least a size, for numbers on their way to and from float32. */
  float[] floats(int size) {
    if (floats.length < size) {
      floats = new float[size];
    }
    return floats;
  }
}
