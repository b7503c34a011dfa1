package dev.melange.tensor;

import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A linear layer as a 1x1 convolution: the road inside libtorch to oneDNN's matrix product.
 *
 * <p>{@code x [M, K]} is seen as {@code [B, M/B, 1, K]} and permuted to {@code [B, K, M/B, 1]}: in
 * memory that is the channels-last layout, so nothing is copied. libtorch takes oneDNN for 1x1
 * filters when B is at least 16, or with more than one intra-op thread.
 *
 * <p>With few rows and a large weight these pieces are too small. Then the weight takes the place
 * of the rows and the rows that of the filters, which gives the transposed result.
 */
final class FastLinear {
  private static final int MIN_BATCH = 16;
  private static final int MAX_BATCH = 64;
  private static final long FEW_ROWS = 128;
  private static final long LARGE_WEIGHT = 1L << 19;
  private static final long MIN_WORK = 1L << 18; // below, the views cost more than they gain
  private static final long[] ONE = {1, 1};
  private static final long[] ZERO = {0, 0};

  private FastLinear() {}

  static boolean applies(Tensor x, Tensor weight) {
    if (x.dim() < 2
        || weight.dim() != 2
        || x.raw().is_cuda()
        || x.dtype() != DType.F32
        || weight.dtype() != DType.F32) {
      return false;
    }
    long k = x.raw().size(x.dim() - 1);
    long rows = k == 0 ? 0 : x.numel() / k;
    return rows * k * weight.raw().size(0) >= MIN_WORK
        && rows >= 2 * MIN_BATCH
        && weight.raw().size(1) == k
        && batch(isTurned(rows, weight) ? weight.raw().size(0) : rows) > 0
        && weight.isContiguous();
  }

  /** Whether the weight takes the place of the rows. */
  private static boolean isTurned(long rows, Tensor weight) {
    return rows <= FEW_ROWS && weight.numel() >= LARGE_WEIGHT;
  }

  /** The smallest divisor of the rows from 16 to 64; or 0. */
  private static long batch(long rows) {
    for (long b = MIN_BATCH; b <= Math.min(rows, MAX_BATCH); b++) {
      if (rows % b == 0) {
        return b;
      }
    }
    return 0;
  }

  static Tensor apply(Tensor x, Tensor weight, Tensor bias) {
    long[] shape = x.shape();
    long k = shape[shape.length - 1];
    long n = weight.raw().size(0);
    long rows = x.numel() / k;
    shape[shape.length - 1] = n;
    if (isTurned(rows, weight)) {
      return turned(x, weight, bias, rows, shape);
    }
    long b = batch(rows);
    // a plain linear layer, too, copies what is not contiguous
    try (TensorOptional biasArgument = Native.optional(bias);
        org.bytedeco.pytorch.Tensor rows4 = x.raw().reshape(b, rows / b, 1, k);
        org.bytedeco.pytorch.Tensor nchw = rows4.permute(0, 3, 1, 2);
        org.bytedeco.pytorch.Tensor rowsOfWeight = weight.raw().view(n, 1, 1, k);
        org.bytedeco.pytorch.Tensor filter = rowsOfWeight.permute(0, 3, 1, 2)) {
      try (org.bytedeco.pytorch.Tensor y =
              Native.call(
                  "linear",
                  () -> torch.conv2d(nchw, filter, biasArgument, ONE, ZERO, ONE, 1),
                  x,
                  weight,
                  bias);
          org.bytedeco.pytorch.Tensor channelsLast = y.permute(0, 2, 3, 1)) {
        return Native.op("linear", () -> channelsLast.reshape(shape), x, weight, bias);
      }
    }
  }

  private static Tensor turned(Tensor x, Tensor weight, Tensor bias, long rows, long[] shape) {
    long n = weight.raw().size(0);
    long k = weight.raw().size(1);
    long b = batch(n);
    try (org.bytedeco.pytorch.Tensor weight4 = weight.raw().view(b, n / b, 1, k);
        org.bytedeco.pytorch.Tensor image = weight4.permute(0, 3, 1, 2);
        org.bytedeco.pytorch.Tensor rows4 = x.raw().reshape(rows, 1, 1, k);
        org.bytedeco.pytorch.Tensor filters = rows4.permute(0, 3, 1, 2)) {
      try (org.bytedeco.pytorch.Tensor y =
              Native.call(
                  "linear",
                  () -> torch.conv2d(image, filters, Native.NO_TENSOR, ONE, ZERO, ONE, 1),
                  x,
                  weight,
                  bias);
          org.bytedeco.pytorch.Tensor channelsLast = y.permute(0, 2, 3, 1); // [B, n / B, 1, rows]
          org.bytedeco.pytorch.Tensor columns = channelsLast.reshape(n, rows);
          org.bytedeco.pytorch.Tensor transposed = columns.t();
          org.bytedeco.pytorch.Tensor result = transposed.contiguous()) {
        if (bias == null) {
          return Native.op("linear", () -> result.view(shape), x, weight);
        }
        try (org.bytedeco.pytorch.Tensor sum = result.add(bias.raw())) {
          return Native.op("linear", () -> sum.view(shape), x, weight, bias);
        }
      }
    }
  }
}
