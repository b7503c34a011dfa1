package dev.melange.papers.seminmf;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.tensor.DType;
import dev.melange.tensor.Linalg;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/** Where {@link SemiNmf} starts. */
public final class SemiNmfStart {
  /** The least coefficient: a zero could never grow again. */
  public static final double EPS = 1e-6;

  /** Iterations of k-means. */
  public static final int ITERATIONS = 15;

  private SemiNmfStart() {}

  /**
   * How to start.
   *
   * @param method singular value decomposition or k-means
   * @param rank number of features K
   * @param n_iter iterations of k-means
   * @param eps the least coefficient
   */
  public record Config(
      @Default("svd") @OneOf({"svd", "knn"}) String method,
      int rank,
      @Default("15") int n_iter,
      @Default("1e-6") double eps) {
    /** Checks the ranges. */
    public Config {
      if (rank < 1 || n_iter < 1 || !(eps > 0)) {
        throw new IllegalArgumentException(
            "rank and n_iter must be at least 1 and eps positive, got %d, %d, %s"
                .formatted(rank, n_iter, eps));
      }
    }
  }

  /** G uniform in [1e-6, 1), F standard normal, of the type and device of A [d, n]. */
  public static Factors random(Tensor a, int rank, Rng rng) {
    return Scope.run(
        () -> {
          Tensor g = rng.uniform_(a.newZeros(a.size(1), rank), 0, 1).clampMin(EPS);
          return new Factors(rng.normal_(a.newZeros(a.size(0), rank), 0, 1), g);
        });
  }

  /**
   * The first K singular pairs, the scale split evenly, coefficients cut at eps.
   *
   * @param a [d, n]
   * @param rank K, at most min(d, n)
   * @param eps the least coefficient
   * @param reference vectors [d, K] that fix the sign of each pair: {@code u_k} must point into
   *     their half space. Null leaves the sign to the decomposition; the coefficients depend on it
   */
  public static Factors svd(Tensor a, int rank, double eps, Tensor reference) {
    if (rank > Math.min(a.size(0), a.size(1))) {
      throw new IllegalArgumentException(
          "A %s has no %d singular pairs; choose a lower rank or another start"
              .formatted(Arrays.toString(a.shape()), rank));
    }
    return Scope.run(
        () -> {
          Linalg.Svd svd = Linalg.svd(a);
          Tensor u = svd.u().narrow(1, 0, rank);
          Tensor v = svd.vt().narrow(0, 0, rank).t();
          if (reference != null) {
            Tensor same = u.mul(reference).sumKeep(0).ge(0).to(a.dtype());
            Tensor sign = same.mul(2).sub(1);
            u = u.mul(sign);
            v = v.mul(sign);
          }
          Tensor root = svd.s().narrow(0, 0, rank).sqrt().unsqueeze(0);
          return new Factors(u.mul(root), v.mul(root).clampMin(eps));
        });
  }

  /**
   * K-means of the columns: features are the centres, coefficients 1 for the own centre and eps for
   * the others. The labels are those before the last move of the centres.
   *
   * @param a [d, n]
   * @param rank K, at most n
   * @param iterations how often to assign and move
   * @param eps the least coefficient
   * @param permutation int64 [n]; the columns it names first are the first centres
   * @param rng re-seeds centres that have lost all columns
   */
  public static Factors kMeans(
      Tensor a, int rank, int iterations, double eps, Tensor permutation, Rng rng) {
    long n = a.size(1);
    if (rank > n || permutation.numel() != n) {
      throw new IllegalArgumentException(
          "k-means with %d centres needs as many columns and a permutation of all, got A %s and %d"
              .formatted(rank, Arrays.toString(a.shape()), permutation.numel()));
    }
    return Scope.run(
        () -> {
          Tensor centres = a.indexSelect(1, permutation.narrow(0, 0, rank));
          Tensor member = null;
          for (int i = 0; i < iterations; i++) {
            member = nearest(a, centres).oneHot(rank).to(a.dtype());
            centres = move(a, member, rng);
          }
          return new Factors(centres, member.clampMin(eps));
        });
  }

  /** The number of the nearest centre of each column, int64 [n]. */
  private static Tensor nearest(Tensor a, Tensor centres) {
    Tensor norms = a.square().sum(0).unsqueeze(1);
    Tensor distance =
        norms.add(centres.square().sumKeep(0)).sub(a.t().matmul(centres).mul(2)); // [n, K]
    return distance.argmin(1);
  }

  /** The mean of each centre's columns, [d, K]. */
  private static Tensor move(Tensor a, Tensor member, Rng rng) {
    Tensor counts = member.sumKeep(0); // [1, K]
    Tensor means = a.matmul(member).div(counts.clampMin(1));
    double[] count = counts.to(DType.F64).toDoubles();
    for (int k = 0; k < count.length; k++) {
      if (count[k] == 0) {
        long column = (long) (rng.nextDouble() * a.size(1));
        means.select(1, k).copy_(a.select(1, column));
      }
    }
    return means;
  }
}
