package dev.melange.papers.mambamixer;

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
  static final int GRAD_U = 11;
  static final int GRAD_DT = 12;
  static final int GRAD_A = 13;
  static final int GRAD_B = 14;
  static final int GRAD_C = 15;
  static final int CONSTANTS_B = 16; // and the next one
  static final int CONSTANTS_C = 18; // and the next one

  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  private final double[][] arrays = new double[CONSTANTS_C + 2][];
  private float[] floats = new float[0];

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

  /** An array of at least a size, for numbers on their way to and from float32. */
  float[] floats(int size) {
    if (floats.length < size) {
      floats = new float[size];
    }
    return floats;
  }
}
