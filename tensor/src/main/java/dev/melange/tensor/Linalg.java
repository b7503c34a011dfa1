package dev.melange.tensor;

import org.bytedeco.pytorch.T_TensorTensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.global.torch;

/** Linear algebra on the last two dimensions. */
public final class Linalg {
  private Linalg() {}

  /**
   * Singular value decomposition {@code A = U diag(S) V^T}.
   *
   * @param u [..., m, k]
   * @param s [..., k], descending
   * @param vt [..., k, n]
   */
  public record Svd(Tensor u, Tensor s, Tensor vt) {}

  /** Thin singular value decomposition. */
  public static Svd svd(Tensor a) {
    try (T_TensorTensorTensor_T usv =
        Native.call("svd", () -> torch.linalg_svd(a.raw(), false, Native.NO_STRING), a)) {
      return new Svd(copy(usv.get0()), copy(usv.get1()), copy(usv.get2()));
    }
  }

  /**
   * Eigenvalues in ascending order and eigenvectors as columns.
   *
   * @param values [..., n]
   * @param vectors [..., n, n]
   */
  public record Eigen(Tensor values, Tensor vectors) {}

  /** Eigendecomposition of a symmetric matrix (its lower triangle is read). */
  public static Eigen eigh(Tensor a) {
    try (T_TensorTensor_T pair = Native.call("eigh", () -> torch.linalg_eigh(a.raw(), "L"), a)) {
      return new Eigen(copy(pair.get0()), copy(pair.get1()));
    }
  }

  /** QR decomposition: {Q [..., m, k], R [..., k, n]}. */
  public static Tensor[] qr(Tensor a) {
    try (T_TensorTensor_T pair = Native.call("qr", () -> torch.linalg_qr(a.raw(), "reduced"), a)) {
      return new Tensor[] {copy(pair.get0()), copy(pair.get1())};
    }
  }

  /** Inverse matrix. */
  public static Tensor inv(Tensor a) {
    return Native.op("inv", () -> torch.linalg_inv(a.raw()), a);
  }

  /** X with {@code A X = B}. */
  public static Tensor solve(Tensor a, Tensor b) {
    return Native.op("solve", () -> torch.linalg_solve(a.raw(), b.raw()), a, b);
  }

  /** Moore-Penrose pseudo-inverse. */
  public static Tensor pinv(Tensor a) {
    return Native.op("pinv", () -> torch.linalg_pinv(a.raw()), a);
  }

  /** Lower triangular factor L with {@code A = L L^T}. */
  public static Tensor cholesky(Tensor a) {
    return Native.op("cholesky", () -> torch.linalg_cholesky(a.raw()), a);
  }

  private static Tensor copy(org.bytedeco.pytorch.Tensor element) {
    return new Tensor(new org.bytedeco.pytorch.Tensor(element));
  }

  /** Determinant. */
  public static Tensor det(Tensor a) {
    return Native.op("det", () -> torch.linalg_det(a.raw()), a);
  }

  /** Logarithm of the absolute value of the determinant. */
  public static Tensor logAbsDet(Tensor a) {
    try (T_TensorTensor_T pair = Native.call("slogdet", () -> torch.linalg_slogdet(a.raw()), a)) {
      return copy(pair.get1());
    }
  }

  /** Singular values in descending order: [..., k]. */
  public static Tensor singularValues(Tensor a) {
    return Native.op("svdvals", () -> torch.linalg_svdvals(a.raw()), a);
  }

  /** X with the least {@code |A X - B|}, of full rank: {@code [..., m, n], [..., m, k]}. */
  public static Tensor leastSquares(Tensor a, Tensor b) {
    try (T_TensorTensorTensorTensor_T result =
        Native.call("lstsq", () -> torch.linalg_lstsq(a.raw(), b.raw()), a, b)) {
      return copy(result.get0());
    }
  }

  /** Cross product of vectors of three numbers along a dimension. */
  public static Tensor cross(Tensor a, Tensor b, long dim) {
    return Native.op("cross", () -> torch.linalg_cross(a.raw(), b.raw(), dim), a, b);
  }

  /** Sum of the diagonal of a matrix. */
  public static Tensor trace(Tensor a) {
    return Native.op("trace", () -> torch.trace(a.raw()), a);
  }
}
