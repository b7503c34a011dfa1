package dev.melange.io;

import dev.melange.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * A tensor to be written: what it is, and a callback that streams its bytes, so that tensors of any
 * size never have to be in memory whole.
 */
public interface TensorSource {

  /** Name, type and shape. */
  TensorEntry entry();

  /** Writes exactly {@code entry().bytes()} bytes: dense, row-major, little-endian. */
  void writeTo(WritableByteChannel out) throws IOException;

  /** A tensor of bytes that are already dense, row-major and little-endian; not copied. */
  static TensorSource of(TensorEntry entry, ByteBuffer bytes) {
    if (bytes.remaining() != entry.bytes()) {
      throw new IllegalArgumentException(
          entry + " takes " + entry.bytes() + " bytes, got " + bytes.remaining());
    }
    return new StreamedTensor(entry, out -> AtomicFiles.writeFully(out, bytes.asReadOnlyBuffer()));
  }

  /** An {@code F32} tensor of these elements, row-major; the array is not copied. */
  static TensorSource of(String name, float[] values, long... shape) {
    return StreamedTensor.ofElements(
        TensorEntry.of(name, DType.F32, shape),
        values.length,
        (chunk, first, count) -> chunk.asFloatBuffer().put(values, first, count));
  }

  /** An {@code F64} tensor of these elements, row-major; the array is not copied. */
  static TensorSource of(String name, double[] values, long... shape) {
    return StreamedTensor.ofElements(
        TensorEntry.of(name, DType.F64, shape),
        values.length,
        (chunk, first, count) -> chunk.asDoubleBuffer().put(values, first, count));
  }

  /** An {@code I64} tensor of these elements, row-major; the array is not copied. */
  static TensorSource of(String name, long[] values, long... shape) {
    return StreamedTensor.ofElements(
        TensorEntry.of(name, DType.I64, shape),
        values.length,
        (chunk, first, count) -> chunk.asLongBuffer().put(values, first, count));
  }
}
