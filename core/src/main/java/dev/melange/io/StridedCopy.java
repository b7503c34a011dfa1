package dev.melange.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Brings elements of a strided view into dense, row-major, little-endian order. */
final class StridedCopy {
  private StridedCopy() {}

  /**
   * Copies a range of elements.
   *
   * @param base the position in the file of the view's storage
   * @param first the first element, counted in row-major order
   * @param count the number of elements, at least 1
   */
  static ByteBuffer read(
      MappedFile file, long base, TorchTensor view, boolean bigEndian, long first, int count)
      throws IOException {
    long[] shape = view.shape();
    long[] strides = view.strides();
    int width = view.dtype().bytes();
    int part = view.dtype().isComplex() ? width / 2 : width;
    ByteOrder order = bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    ByteBuffer out = ByteBuffer.allocate(count * width).order(ByteOrder.LITTLE_ENDIAN);

    long[] index = new long[shape.length];
    long element = view.offset();
    long rest = first;
    for (int d = shape.length - 1; d >= 0; d--) {
      index[d] = rest % shape[d];
      rest /= shape[d];
      element += index[d] * strides[d];
    }

    long storageBytes = view.storage().elements() * view.storage().dtype().bytes();
    ByteBuffer window = ByteBuffer.allocate(0);
    long windowBegin = 0;
    for (int i = 0; i < count; i++) {
      long at = element * width;
      if (at < windowBegin || at + width > windowBegin + window.capacity()) {
        windowBegin = at / MappedFile.STRIDE * MappedFile.STRIDE;
        int length = (int) Math.min(MappedFile.STRIDE + width, storageBytes - windowBegin);
        window = file.slice(base + windowBegin, length).order(order);
      }
      int from = (int) (at - windowBegin);
      for (int p = 0; p < width; p += part) {
        switch (part) {
          case 8 -> out.putLong(window.getLong(from + p));
          case 4 -> out.putInt(window.getInt(from + p));
          case 2 -> out.putShort(window.getShort(from + p));
          default -> out.put(window.get(from + p));
        }
      }
      for (int d = shape.length - 1; d >= 0; d--) {
        element += strides[d];
        if (++index[d] < shape[d]) {
          break;
        }
        element -= index[d] * strides[d];
        index[d] = 0;
      }
    }
    return out.flip().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }
}
