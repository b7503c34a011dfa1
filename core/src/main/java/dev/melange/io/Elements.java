package dev.melange.io;

import dev.melange.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Little-endian bytes of tensors as Java arrays. */
final class Elements {
  private static final int MOST_ELEMENTS = Integer.MAX_VALUE - 8;
  private static final int CHUNK_BYTES = 1 << 26;

  private Elements() {}

  @FunctionalInterface
  private interface Chunk {
    void accept(ByteBuffer bytes, int first, int count);
  }

  static float[] floats(TensorFile file, String name) throws IOException {
    TensorEntry entry = entry(file, name);
    float[] out;
    switch (entry.dtype()) {
      case F32, F16, BF16 -> out = new float[(int) entry.elements()];
      default ->
          throw new IllegalArgumentException(
              entry + " is not F32, F16 or BF16; read it with doubles or longs");
    }
    DType dtype = entry.dtype();
    forEachChunk(
        file,
        entry,
        (bytes, first, count) -> {
          switch (dtype) {
            case F32 -> bytes.asFloatBuffer().get(out, first, count);
            case F16 -> {
              for (int i = 0; i < count; i++) {
                out[first + i] = halfToFloat(bytes.getShort(2 * i));
              }
            }
            default -> {
              for (int i = 0; i < count; i++) {
                out[first + i] = bfloat16ToFloat(bytes.getShort(2 * i));
              }
            }
          }
        });
    return out;
  }

  static double[] doubles(TensorFile file, String name) throws IOException {
    TensorEntry entry = entry(file, name);
    double[] out;
    switch (entry.dtype()) {
      case F64, F32, F16, BF16, I32, I16, I8, U8 -> out = new double[(int) entry.elements()];
      default ->
          throw new IllegalArgumentException(
              entry + " does not fit doubles without loss; read it with longs, or its bytes");
    }
    DType dtype = entry.dtype();
    forEachChunk(
        file,
        entry,
        (bytes, first, count) -> {
          for (int i = 0; i < count; i++) {
            out[first + i] =
                switch (dtype) {
                  case F64 -> bytes.getDouble(8 * i);
                  case F32 -> bytes.getFloat(4 * i);
                  case F16 -> halfToFloat(bytes.getShort(2 * i));
                  case BF16 -> bfloat16ToFloat(bytes.getShort(2 * i));
                  default -> integer(dtype, bytes, i);
                };
          }
        });
    return out;
  }

  static long[] longs(TensorFile file, String name) throws IOException {
    TensorEntry entry = entry(file, name);
    DType dtype = entry.dtype();
    if (dtype.isFloating() || dtype.isComplex()) {
      throw new IllegalArgumentException(
          entry + " does not fit longs without loss; read it with doubles, or its bytes");
    }
    long[] out = new long[(int) entry.elements()];
    forEachChunk(
        file,
        entry,
        (bytes, first, count) -> {
          for (int i = 0; i < count; i++) {
            out[first + i] = integer(dtype, bytes, i);
          }
        });
    return out;
  }

  private static long integer(DType dtype, ByteBuffer bytes, int i) {
    return switch (dtype) {
      case I64 -> bytes.getLong(8 * i);
      case I32 -> bytes.getInt(4 * i);
      case I16 -> bytes.getShort(2 * i);
      case I8 -> bytes.get(i);
      case U8 -> Byte.toUnsignedLong(bytes.get(i));
      case BOOL -> bytes.get(i) == 0 ? 0 : 1;
      default -> throw new IllegalArgumentException(dtype + " is no integer type");
    };
  }

  private static TensorEntry entry(TensorFile file, String name) {
    TensorEntry entry = file.entry(name);
    if (entry.elements() > MOST_ELEMENTS) {
      throw new IllegalArgumentException(
          entry
              + " has "
              + entry.elements()
              + " elements, an array holds at most "
              + MOST_ELEMENTS
              + "; read it in parts with read(name, offset, length)");
    }
    return entry;
  }

  // Parts, because the bytes of an array may pass 2 GB where its elements do not.
  private static void forEachChunk(TensorFile file, TensorEntry entry, Chunk chunk)
      throws IOException {
    int width = entry.dtype().bytes();
    for (long at = 0; at < entry.bytes(); at += CHUNK_BYTES) {
      int length = (int) Math.min(CHUNK_BYTES, entry.bytes() - at);
      chunk.accept(file.read(entry.name(), at, length), (int) (at / width), length / width);
    }
  }

  static float bfloat16ToFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** IEEE 754 binary16, subnormals, infinities and NaN included. */
  static float halfToFloat(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    int widened = exponent == 0x1f ? 0xff : exponent + (127 - 15);
    return Float.intBitsToFloat(sign | (widened << 23) | (fraction << 13));
  }
}
