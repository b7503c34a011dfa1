package dev.melange.nn;

import dev.melange.tensor.Tensor;

/**
 * Tables of sines and cosines that tell positions apart, in float64; register one with {@link
 * Layer#constant} (or as a buffer or parameter, where published weights have it).
 */
public final class SinusoidalPositions {
  private static final double BASE = 10_000;

  private SinusoidalPositions() {}

  /**
   * Positions 0, 1, ... on a line, sines and cosines in turn (Vaswani et al. 2017, section 3.5):
   * column 2j is {@code sin(p w_j)}, column 2j + 1 is {@code cos(p w_j)}, {@code w_j =
   * 10000^(-2j/dim)}.
   *
   * @param dim even
   * @return [length, dim]
   */
  public static Tensor line(int length, int dim) {
    require(dim, 2);
    double[] table = new double[Math.multiplyExact(length, dim)];
    for (int p = 0; p < length; p++) {
      for (int j = 0; j < dim; j += 2) {
        double angle = p * Math.exp(-j * Math.log(BASE) / dim);
        table[p * dim + j] = Math.sin(angle);
        table[p * dim + j + 1] = Math.cos(angle);
      }
    }
    return Tensor.of(table, length, dim);
  }

  /**
   * Positions of a grid, row by row, as in masked autoencoders: the first half of the features
   * tells the column, the second half the row; each half is all sines, then all cosines, with
   * {@code w_k = 10000^(-k/(dim/4))}.
   *
   * @param dim a multiple of 4
   * @return [height * width, dim]
   */
  public static Tensor grid(int height, int width, int dim) {
    require(dim, 4);
    int quarter = dim / 4;
    double[] table = new double[Math.multiplyExact(Math.multiplyExact(height, width), dim)];
    for (int p = 0; p < height * width; p++) {
      for (int k = 0; k < quarter; k++) {
        double frequency = Math.pow(BASE, -k / (double) quarter);
        double x = (p % width) * frequency;
        double y = (p / width) * frequency;
        int at = p * dim + k;
        table[at] = Math.sin(x);
        table[at + quarter] = Math.cos(x);
        table[at + 2 * quarter] = Math.sin(y);
        table[at + 3 * quarter] = Math.cos(y);
      }
    }
    return Tensor.of(table, (long) height * width, dim);
  }

  private static void require(int dim, int divisor) {
    if (dim < divisor || dim % divisor != 0) {
      throw new IllegalArgumentException(
          "sinusoidal positions need a width that is a multiple of %d, got %d"
              .formatted(divisor, dim));
    }
  }
}
