package dev.melange.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * An open file of named tensors. Threads may read at the same time.
 *
 * <p>Where the file's layout allows it, buffers are slices of a memory map: nothing is copied, and
 * pages are read from the disk when touched. Such buffers stay valid after {@link #close()}; the
 * JVM releases a map only when the garbage collector finds that no buffer refers to it, and until
 * then Windows refuses to delete the file. A file must not be cut short by another process while it
 * is mapped: reading a page that is gone ends in an {@link InternalError}.
 */
public interface TensorFile extends AutoCloseable {

  /** The file. */
  Path path();

  /** The tensors' names, in the file's order. */
  List<String> names();

  /**
   * Type, shape and size of a tensor.
   *
   * @throws IllegalArgumentException if the file has no such tensor
   */
  TensorEntry entry(String name);

  /**
   * A range of a tensor's bytes: dense, row-major, little-endian, read-only.
   *
   * @param name the tensor
   * @param offset the first byte, a multiple of the element's bytes
   * @param length the number of bytes, a multiple of the element's bytes
   * @return a buffer from position 0 to limit {@code length}
   * @throws IllegalArgumentException if the file has no such tensor or the range is not inside it
   * @throws IllegalStateException if the file is closed
   */
  ByteBuffer read(String name, long offset, int length) throws IOException;

  /**
   * All bytes of a tensor of at most 2 GB: dense, row-major, little-endian, read-only.
   *
   * @throws IllegalArgumentException if the file has no such tensor, or the tensor is larger (use
   *     {@link #read(String, long, int)})
   * @throws IllegalStateException if the file is closed
   */
  default ByteBuffer read(String name) throws IOException {
    TensorEntry entry = entry(name);
    if (entry.bytes() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          entry
              + " has "
              + entry.bytes()
              + " bytes, one buffer holds at most "
              + Integer.MAX_VALUE
              + "; read it in parts with read(name, offset, length)");
    }
    return read(name, 0, (int) entry.bytes());
  }

  /**
   * The elements of an {@code F32}, {@code F16} or {@code BF16} tensor, all without loss.
   *
   * @throws IllegalArgumentException for another type, or more than 2^31 - 9 elements
   */
  default float[] floats(String name) throws IOException {
    return Elements.floats(this, name);
  }

  /**
   * The elements of a floating-point tensor, or of an integer tensor of at most 32 bits, all
   * without loss.
   *
   * @throws IllegalArgumentException for another type, or more than 2^31 - 9 elements
   */
  default double[] doubles(String name) throws IOException {
    return Elements.doubles(this, name);
  }

  /**
   * The elements of an integer or {@code BOOL} (0 and 1) tensor.
   *
   * @throws IllegalArgumentException for another type, or more than 2^31 - 9 elements
   */
  default long[] longs(String name) throws IOException {
    return Elements.longs(this, name);
  }

  /** Ends reading; buffers handed out stay valid. A second call does nothing. */
  @Override
  void close() throws IOException;
}
