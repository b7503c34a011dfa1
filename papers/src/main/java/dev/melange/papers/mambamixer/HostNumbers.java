package dev.melange.papers.mambamixer;

import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;

/**
 * The memory of a contiguous tensor on the CPU, float32 or float64, for reading and writing in
 * float64 by position. May be used by several threads at once. Valid while the tensor is open.
 */
final class HostNumbers {
  private static final int SLAB_BITS = 27; // a buffer holds at most 2 GB
  private static final int SLAB = 1 << SLAB_BITS;

  private final FloatBuffer[] floats; // null for float64
  private final DoubleBuffer[] doubles; // null for float32

  /** The memory of a tensor; its positions are those of the row-major order. */
  HostNumbers(Tensor tensor) {
    boolean single = tensor.dtype() == DType.F32;
    long count = tensor.numel();
    int slabs = Math.toIntExact((count + SLAB - 1) / SLAB);
    floats = single ? new FloatBuffer[slabs] : null;
    doubles = single ? null : new DoubleBuffer[slabs];
    int size = single ? Float.BYTES : Double.BYTES;
    for (int i = 0; i < slabs; i++) {
      long first = (long) i * SLAB;
      ByteBuffer bytes = tensor.buffer(first * size, Math.min(SLAB, count - first) * size);
      if (single) {
        floats[i] = bytes.asFloatBuffer();
      } else {
        doubles[i] = bytes.asDoubleBuffer();
      }
    }
  }

  /** Copies a part of what was asked for that lies in one slab. */
  private interface Copy {
    void apply(int slab, int at, int done, int count);
  }

  private static void bySlab(long from, int count, Copy copy) {
    int done = 0;
    while (done < count) {
      int in = (int) ((from + done) & (SLAB - 1));
      int n = Math.min(count - done, SLAB - in);
      copy.apply((int) ((from + done) >>> SLAB_BITS), in, done, n);
      done += n;
    }
  }

  private void get(long from, float[] to, int at, int count) {
    bySlab(from, count, (slab, in, done, n) -> floats[slab].get(in, to, at + done, n));
  }

  private void get(long from, double[] to, int at, int count) {
    bySlab(from, count, (slab, in, done, n) -> doubles[slab].get(in, to, at + done, n));
  }

  private void put(float[] source, int at, long to, int count) {
    bySlab(to, count, (slab, in, done, n) -> floats[slab].put(in, source, at + done, n));
  }

  private void put(double[] source, int at, long to, int count) {
    bySlab(to, count, (slab, in, done, n) -> doubles[slab].put(in, source, at + done, n));
  }

  /**
   * Reads numbers.
   *
   * @param from position of the first
   * @param to where they go, from {@code at} on
   */
  void read(long from, double[] to, int at, int count, Scratch scratch) {
    if (floats == null) {
      get(from, to, at, count);
      return;
    }
    float[] single = scratch.floats(count);
    get(from, single, 0, count);
    for (int i = 0; i < count; i++) {
      to[at + i] = single[i];
    }
  }

  /**
   * Writes numbers, rounded if the tensor is float32.
   *
   * @param source where they are, from {@code at} on
   * @param to position of the first
   */
  void write(double[] source, int at, long to, int count, Scratch scratch) {
    if (floats == null) {
      put(source, at, to, count);
      return;
    }
    float[] single = scratch.floats(count);
    for (int i = 0; i < count; i++) {
      single[i] = (float) source[at + i];
    }
    put(single, 0, to, count);
  }

  /**
   * Reads the transpose of some columns of a matrix.
   *
   * @param first position of the first number
   * @param width length of the matrix's rows
   * @param rows take the columns
   * @param columns number of columns
   * @param lanes number of the matrix's rows
   * @param beside columns that one row takes, one after the other
   */
  void readColumns(
      long first,
      long width,
      double[][] rows,
      int columns,
      int lanes,
      int beside,
      Scratch scratch) {
    if (floats == null) {
      double[] tile = scratch.row(Scratch.Use.TILE, columns * lanes);
      for (int j = 0; j < lanes; j++) {
        get(first + j * width, tile, j * columns, columns);
      }
      for (int i = 0; i < columns; i++) {
        double[] row = rows[i / beside];
        int at = i % beside * lanes;
        for (int j = 0; j < lanes; j++) {
          row[at + j] = tile[j * columns + i];
        }
      }
      return;
    }
    float[] tile = scratch.floats(columns * lanes);
    for (int j = 0; j < lanes; j++) {
      get(first + j * width, tile, j * columns, columns);
    }
    for (int i = 0; i < columns; i++) {
      double[] row = rows[i / beside];
      int at = i % beside * lanes;
      for (int j = 0; j < lanes; j++) {
        row[at + j] = tile[j * columns + i];
      }
    }
  }

  /** Writes what {@link #readColumns} reads. */
  void writeColumns(
      double[][] rows,
      int columns,
      int lanes,
      int beside,
      long first,
      long width,
      Scratch scratch) {
    if (floats == null) {
      double[] tile = scratch.row(Scratch.Use.TILE, columns * lanes);
      for (int i = 0; i < columns; i++) {
        double[] row = rows[i / beside];
        int at = i % beside * lanes;
        for (int j = 0; j < lanes; j++) {
          tile[j * columns + i] = row[at + j];
        }
      }
      for (int j = 0; j < lanes; j++) {
        put(tile, j * columns, first + j * width, columns);
      }
      return;
    }
    float[] tile = scratch.floats(columns * lanes);
    for (int i = 0; i < columns; i++) {
      double[] row = rows[i / beside];
      int at = i % beside * lanes;
      for (int j = 0; j < lanes; j++) {
        tile[j * columns + i] = (float) row[at + j];
      }
    }
    for (int j = 0; j < lanes; j++) {
      put(tile, j * columns, first + j * width, columns);
    }
  }
}
