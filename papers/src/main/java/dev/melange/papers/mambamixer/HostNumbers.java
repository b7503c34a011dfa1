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

  /**
   * Reads numbers.
   *
   * @param from position of the first
   * @param to where they go, from {@code at} on
   */
  void read(long from, double[] to, int at, int count, Scratch scratch) {
    int done = 0;
    while (done < count) {
      int slab = (int) ((from + done) >>> SLAB_BITS);
      int in = (int) ((from + done) & (SLAB - 1));
      int n = Math.min(count - done, SLAB - in);
      if (floats == null) {
        doubles[slab].get(in, to, at + done, n);
      } else {
        float[] single = scratch.floats(n);
        floats[slab].get(in, single, 0, n);
        for (int i = 0; i < n; i++) {
          to[at + done + i] = single[i];
        }
      }
      done += n;
    }
  }

  /**
   * Writes numbers, rounded if the tensor is float32.
   *
   * @param source where they are, from {@code at} on
   * @param to position of the first
   */
  void write(double[] source, int at, long to, int count, Scratch scratch) {
    int done = 0;
    while (done < count) {
      int slab = (int) ((to + done) >>> SLAB_BITS);
      int in = (int) ((to + done) & (SLAB - 1));
      int n = Math.min(count - done, SLAB - in);
      if (floats == null) {
        doubles[slab].put(in, source, at + done, n);
      } else {
        float[] single = scratch.floats(n);
        for (int i = 0; i < n; i++) {
          single[i] = (float) source[at + done + i];
        }
        floats[slab].put(in, single, 0, n);
      }
      done += n;
    }
  }
}
