package dev.melange.papers.affnet;

import dev.melange.tensor.DType;
import dev.melange.tensor.Fft;
import dev.melange.tensor.Nn;
import dev.melange.tensor.OperationListener;
import dev.melange.tensor.Tensor;
import java.util.function.Supplier;

/**
 * The orthonormal Fourier transform of real maps, [B, C, H, W] to [B, 2C, H, W/2+1] with the real
 * and imaginary part of each channel in turn, and back.
 *
 * <p>In float32 small maps are transformed by one product with the matrix of the transform, which
 * is faster there than many short fast transforms; both agree to rounding.
 */
final class Spectrum {
  /** Up to so many positions the matrix is the faster way on a CPU. */
  static final int MATRIX_POSITIONS = 128;

  private volatile Matrices matrices; // of the size seen last

  /** The spectrum of maps. */
  Tensor of(Tensor x) {
    if (!byMatrix(x, x.size(2), x.size(3))) {
      return fast(x);
    }
    int height = (int) x.size(2);
    int width = (int) x.size(3);
    Matrices m = matrices(height, width);
    long columns = 2L * height * (width / 2 + 1);
    return unobserved(
            () -> Nn.linear(x.flatten(2, 3), Tensor.of(m.forward, columns, height * width), null))
        .reshape(x.size(0), 2 * x.size(1), height, width / 2 + 1);
  }

  /** The maps of a spectrum. */
  Tensor inverse(Tensor z, long width) {
    if (!byMatrix(z, z.size(2), width)) {
      return fastInverse(z, width);
    }
    int height = (int) z.size(2);
    Matrices m = matrices(height, (int) width);
    long columns = 2L * height * (width / 2 + 1);
    long channels = z.size(1) / 2;
    return unobserved(
            () ->
                Nn.linear(
                    z.reshape(z.size(0), channels, columns),
                    Tensor.of(m.inverse, height * width, columns),
                    null))
        .unflatten(2, height, width);
  }

  /** The spectrum by fast Fourier transforms: the reference for the matrices. */
  static Tensor fast(Tensor x) {
    Tensor z = Fft.rfft2(x, 2, 3, "ortho"); // [B, C, H, W/2+1]
    return Tensor.stack(2, z.real(), z.imag()).flatten(1, 2);
  }

  /** The maps of a spectrum by fast Fourier transforms. */
  static Tensor fastInverse(Tensor z, long width) {
    long[] shape = {z.size(0), z.size(1) / 2, z.size(2), z.size(3)};
    Tensor pairs = z.unflatten(1, shape[1], 2).permute(0, 1, 3, 4, 2);
    // as a plain list of pairs: strides of dimensions of one element may not suit complex numbers
    Tensor complex = pairs.reshape(-1, 2).viewAsComplex().reshape(shape);
    return Fft.irfft2(complex, 2, 3, width, "ortho");
  }

  private static boolean byMatrix(Tensor x, long height, long width) {
    return height * width <= MATRIX_POSITIONS && x.dtype() == DType.F32 && !x.device().isCuda();
  }

  /** Runs without being told of: a transform is not counted, however it is computed. */
  private static Tensor unobserved(Supplier<Tensor> body) {
    return OperationListener.during((name, result, operands) -> {}, body);
  }

  private Matrices matrices(int height, int width) {
    Matrices known = matrices;
    if (known == null || known.height != height || known.width != width) {
      known = Matrices.of(height, width);
      matrices = known;
    }
    return known;
  }

  /**
   * The matrices for maps of a size.
   *
   * @param forward [2 H (W/2+1), H W]: first the real, then the imaginary parts
   * @param inverse [H W, 2 H (W/2+1)]
   */
  private record Matrices(int height, int width, float[] forward, float[] inverse) {
    static Matrices of(int height, int width) {
      int half = width / 2 + 1;
      int positions = height * width;
      int frequencies = height * half;
      float[] forward = new float[2 * frequencies * positions];
      float[] inverse = new float[2 * frequencies * positions];
      double scale = 1 / Math.sqrt(positions);
      for (int f = 0; f < frequencies; f++) {
        int u = f / half;
        int v = f % half;
        // the column of a frequency and of its mirror image are one, but for 0 and W/2
        double weight = v == 0 || 2 * v == width ? 1 : 2;
        for (int n = 0; n < positions; n++) {
          long turns = (long) u * (n / width) * width + (long) v * (n % width) * height;
          double angle = 2 * Math.PI * (turns % positions) / positions;
          double cosine = scale * Math.cos(angle);
          double sine = scale * Math.sin(angle);
          forward[f * positions + n] = (float) cosine;
          forward[(frequencies + f) * positions + n] = (float) -sine;
          inverse[n * 2 * frequencies + f] = (float) (weight * cosine);
          inverse[n * 2 * frequencies + frequencies + f] = (float) (-weight * sine);
        }
      }
      return new Matrices(height, width, forward, inverse);
    }
  }
}
