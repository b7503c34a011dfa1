package dev.melange.papers.fresh;

import dev.melange.tensor.Tensor;

/**
 * The entries of a discrete Fourier transform that are no conjugates of others, as the official
 * code counts them (0 and 1).
 */
public final class SpectrumMask {
  /**
   * Configuration of {@code field/spectrum-mask}.
   *
   * @param dims 2 or 3
   * @param side points n along each axis
   */
  public record Config(int dims, int side) {
    /** Checks the numbers. */
    public Config {
      if (dims != 2 && dims != 3) {
        throw new IllegalArgumentException("dims is 2 or 3, got " + dims);
      }
      if (side < 1) {
        throw new IllegalArgumentException("side is at least 1, got " + side);
      }
    }
  }

  private SpectrumMask() {}

  /** The mask, float64: [n, n] or [n, n, n]. */
  public static Tensor of(Config config) {
    int n = config.side;
    return config.dims == 2 ? Tensor.of(plane(n), n, n) : Tensor.of(cube(n), n, n, n);
  }

  private static double[] plane(int n) {
    int half = n / 2;
    double[] mask = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        boolean inside = i + j < n || (i + j == n && i >= 1 && i <= half);
        boolean repeated = (j == 0 && i > half) || (i == 0 && j > half);
        mask[i * n + j] = inside && !repeated ? 1 : 0;
      }
    }
    return mask;
  }

  private static double[] cube(int n) {
    int half = n / 2;
    double[] face = plane(n);
    double[] mask = new double[n * n * n];
    for (int i = 0; i < n; i++) {
      int shift = half - i + (i < half || n % 2 == 1 ? 1 : 0);
      for (int j = 0; j < n; j++) {
        for (int k = 0; k < n; k++) {
          double value;
          if (i == 0 || j == 0 || k == 0) {
            value = i == 0 ? face[j * n + k] : j == 0 ? face[i * n + k] : face[i * n + j];
          } else {
            value = j + k - 2 < n - 2 + shift ? 1 : 0;
            boolean middle = n % 2 == 0 && i == half && j + k == n;
            if (middle && k - 1 >= (n + 1) / 2 - 1) {
              value += 1;
            }
          }
          mask[(i * n + j) * n + k] = value;
        }
      }
    }
    return mask;
  }
}
