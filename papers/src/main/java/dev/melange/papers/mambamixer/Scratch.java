package dev.melange.papers.mambamixer;

import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * Arrays that a thread uses again and again: allocating them would cost as much as a small scan.
 */
final class Scratch {
  static final int U = 0;
  static final int DT = 1;
  static final int A = 2;
  static final int B = 3;
  static final int C = 4;
  static final int INPUT = 5;
  static final int DECAY = 6;
  static final int STATE = 7;
  static final int START = 8;
  static final int CARRY = 9;
  static final int Y = 10;
  static final int TERM = 11;
  static final int GRAD_STATE = 12;
  static final int GRAD_U = 13;
  static final int GRAD_DT = 14;
  static final int GRAD_A = 15;
  static final int GRAD_B = 16;
  static final int GRAD_C = 17;

  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  private final double[][] arrays = new double[GRAD_C + 1][];

  private Scratch() {}

  /** The arrays of this thread. */
  static Scratch ofThread() {
    return OF_THREAD.get();
  }

  /** An array of at least a size, with whatever it held. */
  double[] get(int which, int size) {
    if (arrays[which] == null || arrays[which].length < size) {
      arrays[which] = new double[size];
    }
    return arrays[which];
  }

  /** An array that begins with zeros. */
  double[] zeros(int which, int size) {
    double[] array = get(which, size);
    Arrays.fill(array, 0, size, 0);
    return array;
  }

  /** A tensor's elements in row-major order. */
  double[] read(int which, Tensor tensor) {
    int size = Math.toIntExact(tensor.numel());
    double[] array = get(which, size);
    try (Scope scope = Scope.open()) {
      tensor.to(DType.F64).contiguous().buffer().asDoubleBuffer().get(0, array, 0, size);
    }
    return array;
  }

  /** Fills a tensor with the first elements of an array. */
  static void write(double[] source, Tensor target) {
    try (Scope scope = Scope.open()) {
      Tensor plain = Tensor.empty(DType.F64, Device.CPU, target.shape());
      plain.buffer().asDoubleBuffer().put(0, source, 0, Math.toIntExact(plain.numel()));
      target.copy_(plain);
    }
  }
}
