package dev.melange.io;

import dev.melange.tensor.DType;
import java.util.Arrays;

/**
 * What a file's header says of one tensor.
 *
 * @param name the tensor's name, for instance {@code layers.0.weight}
 * @param dtype the element type
 * @param shape the sizes, none negative; empty for a scalar
 * @param bytes the bytes of all elements, dense
 */
public record TensorEntry(String name, DType dtype, long[] shape, long bytes) {

  /**
   * Copies the shape and checks that it agrees with the number of bytes.
   *
   * @throws IllegalArgumentException if a size is negative, the product overflows, or {@code bytes}
   *     is not the product of the sizes times the element's bytes
   */
  public TensorEntry {
    shape = shape.clone();
    long expected = bytes(name, dtype, shape);
    if (bytes != expected) {
      throw new IllegalArgumentException(
          describe(name, dtype, shape) + " takes " + expected + " bytes, got " + bytes);
    }
  }

  /**
   * The entry of a tensor of this type and shape.
   *
   * @throws IllegalArgumentException if a size is negative or the product overflows
   */
  public static TensorEntry of(String name, DType dtype, long... shape) {
    return new TensorEntry(name, dtype, shape, bytes(name, dtype, shape));
  }

  /** The sizes, a copy. */
  @Override
  public long[] shape() {
    return shape.clone();
  }

  /** The number of elements; 1 for a scalar. */
  public long elements() {
    return bytes / dtype.bytes();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TensorEntry that
        && name.equals(that.name)
        && dtype == that.dtype
        && Arrays.equals(shape, that.shape);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * name.hashCode() + dtype.hashCode()) + Arrays.hashCode(shape);
  }

  @Override
  public String toString() {
    return describe(name, dtype, shape);
  }

  private static long bytes(String name, DType dtype, long[] shape) {
    long bytes = dtype.bytes();
    for (long size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException(
            describe(name, dtype, shape) + " has a negative size " + size);
      }
      if (Math.multiplyHigh(bytes, size) != 0 || bytes * size < 0) {
        throw new IllegalArgumentException(
            describe(name, dtype, shape) + " has more than 2^63 bytes");
      }
      bytes *= size;
    }
    return bytes;
  }

  private static String describe(String name, DType dtype, long[] shape) {
    return "tensor "
        + CorruptFileException.quote(name)
        + " "
        + dtype
        + " "
        + Arrays.toString(shape);
  }
}
