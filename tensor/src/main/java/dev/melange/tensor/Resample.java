package dev.melange.tensor;

import java.util.function.DoubleUnaryOperator;

/**
 * Antialiased resizing, as Pillow does it: when an image shrinks, the filter widens with the scale,
 * so that each output pixel is a weighted mean of all pixels it covers. Written as two matrix
 * products, one per direction; differentiable.
 */
public final class Resample {
  private Resample() {}

  /** Resizes [B, C, H, W] with a triangle filter. */
  public static Tensor bilinear(Tensor x, long height, long width) {
    return resize(x, height, width, 1, t -> Math.max(0, 1 - Math.abs(t)));
  }

  /** Resizes [B, C, H, W] with Keys' cubic filter (a = -0.5). */
  public static Tensor bicubic(Tensor x, long height, long width) {
    return resize(x, height, width, 2, t -> cubic(Math.abs(t)));
  }

  private static double cubic(double t) {
    double a = -0.5;
    if (t < 1) {
      return ((a + 2) * t - (a + 3)) * t * t + 1;
    }
    return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
  }

  private static Tensor resize(
      Tensor x, long height, long width, double radius, DoubleUnaryOperator filter) {
    if (x.dim() != 4 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "antialiased resizing to %dx%d expects [B, C, H, W], got %s".formatted(height, width, x));
    }
    return Scope.run(
        () -> {
          Tensor rows = weights(x, x.size(2), height, radius, filter);
          Tensor columns = weights(x, x.size(3), width, radius, filter);
          return rows.matmul(x.matmul(columns.t()));
        });
  }

  /** The matrix [out, in] that resizes a line. */
  private static Tensor weights(
      Tensor like, long in, long out, double radius, DoubleUnaryOperator filter) {
    int n = Math.toIntExact(in);
    int m = Math.toIntExact(out);
    double scale = (double) n / m;
    double widening = Math.max(scale, 1);
    double[] matrix = new double[Math.multiplyExact(n, m)];
    for (int i = 0; i < m; i++) {
      double center = scale * (i + 0.5);
      int from = Math.max((int) (center - radius * widening + 0.5), 0);
      int to = Math.min((int) (center + radius * widening + 0.5), n);
      double total = 0;
      for (int j = from; j < to; j++) {
        matrix[i * n + j] = filter.applyAsDouble((j - center + 0.5) / widening);
        total += matrix[i * n + j];
      }
      for (int j = from; j < to; j++) {
        matrix[i * n + j] /= total;
      }
    }
    return Tensor.of(matrix, m, n).to(like.dtype()).to(like.device());
  }
}
