package dev.melange.papers.dynamicspectrummixer;

import dev.melange.component.Default;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * The orthonormal discrete cosine transform of type II over the last two dimensions, or its inverse
 * (its transpose, type III): {@code Z = D_H X D_W^T} with {@code D_N[k, n] = s_k cos(pi (2n + 1) k
 * / 2N)}, {@code s_0 = sqrt(1 / N)}, other {@code s_k = sqrt(2 / N)}. [..., H, W] to the same
 * shape; the sum of squares stays the same.
 */
public final class CosineTransform extends UnaryLayer {
  /**
   * Configuration of the transform.
   *
   * @param inverse whether it goes from frequencies back to positions
   */
  public record Config(@Default("false") boolean inverse) {}

  private final boolean inverse;

  /** A transform of maps of any size. */
  public CosineTransform(Config config) {
    inverse = config.inverse;
  }

  @Override
  public Tensor forward(Tensor x) {
    if (x.dim() < 2) {
      throw new IllegalArgumentException(
          "the cosine transform expects [..., H, W], got " + Arrays.toString(x.shape()));
    }
    Tensor rows = matrix((int) x.size(-2)).to(x.dtype()).to(x.device());
    Tensor columns = matrix((int) x.size(-1)).to(x.dtype()).to(x.device());
    Tensor left = Nn.linear(x, inverse ? columns.t().contiguous() : columns, null);
    Tensor turned = left.transpose(-1, -2).contiguous();
    return Nn.linear(turned, inverse ? rows.t().contiguous() : rows, null).transpose(-1, -2);
  }

  /** The matrix D_N in float64, [N, N]: a row for each frequency, a column for each position. */
  static Tensor matrix(int n) {
    double[] values = new double[n * n];
    for (int k = 0; k < n; k++) {
      double scale = Math.sqrt((k == 0 ? 1.0 : 2.0) / n);
      for (int i = 0; i < n; i++) {
        // angles are repeated after 4N steps: reduced first, they are exact for any N
        long steps = (2L * i + 1) * k % (4L * n);
        values[k * n + i] = scale * Math.cos(Math.PI * steps / (2.0 * n));
      }
    }
    return Tensor.of(values, n, n);
  }
}
