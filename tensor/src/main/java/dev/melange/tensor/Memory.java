package dev.melange.tensor;

import java.util.concurrent.atomic.LongAdder;
import org.bytedeco.javacpp.Pointer;

/** Counters of native memory held by tensors, for leak tests and {@code melange doctor}. */
public final class Memory {
  private static final LongAdder HANDLES = new LongAdder();
  private static final LongAdder BYTES = new LongAdder();
  private static final LongAdder CLEANED = new LongAdder();

  private Memory() {}

  static void opened(long bytes) {
    HANDLES.increment();
    BYTES.add(bytes);
  }

  static void closed(long bytes) {
    HANDLES.decrement();
    BYTES.add(-bytes);
  }

  static void cleaned() {
    CLEANED.increment();
  }

  /** Number of tensors that are not closed. */
  public static long liveHandles() {
    return HANDLES.sum();
  }

  /**
   * Bytes of all live tensors: elements times element size, summed over handles (views of one
   * storage count each).
   */
  public static long liveBytes() {
    return BYTES.sum();
  }

  /** Number of tensors that nobody closed and the garbage collector had to free. */
  public static long leakedHandles() {
    return CLEANED.sum();
  }

  /** Resident memory of the whole process in bytes, as the operating system counts it. */
  public static long residentBytes() {
    Native.load();
    return Pointer.physicalBytes();
  }
}
