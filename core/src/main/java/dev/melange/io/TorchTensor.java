package dev.melange.io;

import dev.melange.tensor.DType;

/**
 * A strided view of a storage, as a pickle describes it.
 *
 * @param storage the bytes
 * @param dtype the element type
 * @param offset the first element's index in the storage
 * @param shape the sizes, none negative
 * @param strides elements from one index to the next, per dimension, none negative
 */
record TorchTensor(TorchStorage storage, DType dtype, long offset, long[] shape, long[] strides) {

  boolean isContiguous() {
    long expected = 1;
    for (int d = shape.length - 1; d >= 0; d--) {
      if (shape[d] != 1 && strides[d] != expected) {
        return false;
      }
      expected *= shape[d];
    }
    return true;
  }

  /**
   * The index, in the storage, of the last element.
   *
   * @throws ArithmeticException if it passes 2^63
   */
  long last() {
    long last = offset;
    for (int d = 0; d < shape.length; d++) {
      last = Math.addExact(last, Math.multiplyExact(shape[d] - 1, strides[d]));
    }
    return last;
  }
}
