package dev.melange.papers.mixupneuralcollapse;

import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/** Rows of matrices: their lengths and angles, and the checks of what is given by row. */
final class Rows {
  private Rows() {}

  /** Euclidean lengths, [n, d] to [n]. */
  static Tensor norms(Tensor x) {
    return x.square().sum(1).sqrt();
  }

  /** Cosines of the angles between the rows of two matrices, [n]. */
  static Tensor cosines(Tensor x, Tensor y) {
    return x.mul(y).sum(1).div(norms(x).mul(norms(y)));
  }

  /** Less the mean row. */
  static Tensor centred(Tensor x) {
    return x.sub(x.meanKeep(0));
  }

  static void requireMatrix(String name, Tensor x, long columns) {
    if (x.dim() != 2 || x.size(0) < 1 || x.size(1) != columns) {
      throw new IllegalArgumentException(
          "%s must be a matrix with rows of %d, got %s"
              .formatted(name, columns, Arrays.toString(x.shape())));
    }
  }

  static void requireLabels(String name, Tensor labels, long n, long classes) {
    if (labels.dtype() != DType.I64 || !Arrays.equals(labels.shape(), new long[] {n})) {
      throw new IllegalArgumentException(
          "%s must be int64 [%d], got %s %s"
              .formatted(name, n, labels.dtype(), Arrays.toString(labels.shape())));
    }
    if (labels.min().item() < 0 || labels.max().item() >= classes) {
      throw new IllegalArgumentException(
          "%s must be classes in [0, %d), got %d to %d"
              .formatted(name, classes, (long) labels.min().item(), (long) labels.max().item()));
    }
  }

  static void requireShares(Tensor lam, long n) {
    if (!Arrays.equals(lam.shape(), new long[] {n})) {
      throw new IllegalArgumentException(
          "lam must be [%d], got %s".formatted(n, Arrays.toString(lam.shape())));
    }
    if (!(lam.min().item() >= 0 && lam.max().item() <= 1)) {
      throw new IllegalArgumentException(
          "lam must be in [0, 1], got %s to %s".formatted(lam.min().item(), lam.max().item()));
    }
  }
}
