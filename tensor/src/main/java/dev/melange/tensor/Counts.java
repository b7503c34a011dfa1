package dev.melange.tensor;

import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Counting, searching and comparing: histograms, distinct values, medians, distances, grids. */
public final class Counts {
  private Counts() {}

  /**
   * How often each number 0 .. n-1 occurs, or the sum of its weights.
   *
   * @param x non-negative integers, a vector
   * @param weights one per element, or null for counts
   * @param least the least n; otherwise one more than the greatest element
   */
  public static Tensor binCount(Tensor x, Tensor weights, long least) {
    try (TensorOptional w = Native.optional(weights)) {
      return Native.op("bincount", () -> torch.bincount(x.raw(), w, least), x, weights);
    }
  }

  /** Counts in equal intervals of [low, high], as the type of x; elements outside do not count. */
  public static Tensor histogram(Tensor x, long bins, double low, double high) {
    return Native.op(
        "histc", () -> torch.histc(x.raw(), bins, Native.scalar(low), Native.scalar(high)), x);
  }

  /**
   * Positions at which values are to be inserted into an ascending sequence to keep the order.
   *
   * @param sorted [..., n], ascending along the last dimension
   * @param values [..., m] with the same leading dimensions, or any shape if sorted is a vector
   * @param right whether to insert after equal elements instead of before
   * @return {@link DType#I64} of the shape of values
   */
  public static Tensor searchSorted(Tensor sorted, Tensor values, boolean right) {
    try (TensorOptional none = new TensorOptional()) {
      return Native.op(
          "searchsorted",
          () ->
              torch.searchsorted(sorted.raw(), values.raw(), false, right, Native.NO_STRING, none),
          sorted,
          values);
    }
  }

  /**
   * Distinct slices along a dimension.
   *
   * @param values the distinct slices in ascending order
   * @param inverse for each slice the number of its distinct one, {@link DType#I64}
   * @param counts how often each occurs, {@link DType#I64}
   */
  public record Unique(Tensor values, Tensor inverse, Tensor counts) {}

  /** Distinct slices along a dimension. */
  public static Unique unique(Tensor x, long dim) {
    try (T_TensorTensorTensor_T found =
        Native.call("unique_dim", () -> torch.unique_dim(x.raw(), dim, true, true, true), x)) {
      return new Unique(copy(found.get0()), copy(found.get1()), copy(found.get2()));
    }
  }

  /** Median along a dimension with its position; of an even number the lower one. */
  public static Tensor.Indexed median(Tensor x, long dim) {
    try (T_TensorTensor_T pair =
        Native.call("median", () -> torch.median(x.raw(), dim, false), x)) {
      return new Tensor.Indexed(copy(pair.get0()), copy(pair.get1()));
    }
  }

  /**
   * Distances of all pairs of rows in the p-norm.
   *
   * @param a [..., n, d]
   * @param b [..., m, d]
   * @return [..., n, m]
   */
  public static Tensor pairDistances(Tensor a, Tensor b, double p) {
    return Native.op("cdist", () -> torch.cdist(a.raw(), b.raw(), p, Native.NO_LONG), a, b);
  }

  /** Cosine of the angle between vectors along a dimension, which disappears. */
  public static Tensor cosineSimilarity(Tensor a, Tensor b, long dim) {
    return Native.op(
        "cosine_similarity", () -> torch.cosine_similarity(a.raw(), b.raw(), dim, 1e-8), a, b);
  }

  /** Coordinates of a grid: one tensor per vector, each [n1, n2, ...] (matrix indexing). */
  public static Tensor[] meshgrid(Tensor... vectors) {
    try (TensorVector all = Native.vector(vectors)) {
      return Native.unpack(Native.call("meshgrid", () -> torch.meshgrid(all, "ij"), vectors));
    }
  }

  /** Differences of neighbours along a dimension, which becomes one shorter. */
  public static Tensor diff(Tensor x, long dim) {
    return x.slice(dim, 1, Long.MAX_VALUE).sub(x.slice(dim, 0, -1));
  }

  /** Running maxima along a dimension with their positions. */
  public static Tensor.Indexed cumMax(Tensor x, long dim) {
    try (T_TensorTensor_T pair = Native.call("cummax", () -> torch.cummax(x.raw(), dim), x)) {
      return new Tensor.Indexed(copy(pair.get0()), copy(pair.get1()));
    }
  }

  /**
   * A copy with {@code source} combined into the positions of {@code index} along a dimension.
   *
   * @param how {@code sum}, {@code prod}, {@code mean}, {@code amax} or {@code amin}; the elements
   *     of x take part
   */
  public static Tensor scatterReduce(Tensor x, long dim, Tensor index, Tensor source, String how) {
    return Native.op(
        "scatter_reduce",
        () -> torch.scatter_reduce(x.raw(), dim, index.raw(), source.raw(), how, true),
        x,
        index,
        source);
  }

  private static Tensor copy(org.bytedeco.pytorch.Tensor element) {
    return new Tensor(new org.bytedeco.pytorch.Tensor(element));
  }
}
