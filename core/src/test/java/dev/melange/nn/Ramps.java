package dev.melange.nn;

import dev.melange.tensor.Tensor;

/** Numbers that tests and the PyTorch scripts behind their expected values both make. */
final class Ramps {
  private Ramps() {}

  /** {@code sin(0.7 i)} for i = 0, 1, ... in float64. */
  static Tensor ramp(long... shape) {
    long n = 1;
    for (long size : shape) {
      n *= size;
    }
    double[] values = new double[Math.toIntExact(n)];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.sin(0.7 * i);
    }
    return Tensor.of(values, shape);
  }
}
