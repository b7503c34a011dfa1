package dev.melange.tensor;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Operators of neural networks with several options. Optional tensors may be null. Images are [B,
 * C, H, W]; options that hold for both directions are one number, otherwise {@code {vertical,
 * horizontal}}.
 */
public final class Nn {
  private static final boolean FAST_LINEAR =
      !"blas".equals(System.getProperty("melange.gemm", "onednn"));

  private Nn() {}

  /**
   * {@code y = x W^T + b} over the last dimension.
   *
   * <p>For float32 on the CPU the product is written as a 1x1 convolution where that is faster:
   * libtorch then takes oneDNN's matrix product, up to twice as fast as the BLAS one; results
   * differ in the last bits. {@code -Dmelange.gemm=blas} switches that off.
   *
   * @param x [..., in]
   * @param weight [out, in]
   * @param bias [out] or null
   * @return [..., out]
   */
  public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
    if (FAST_LINEAR && FastLinear.applies(x, weight)) {
      return FastLinear.apply(x, weight, bias);
    }
    return plainLinear(x, weight, bias);
  }

  /** The reference that the fast path of {@link #linear} is tested against. */
  static Tensor plainLinear(Tensor x, Tensor weight, Tensor bias) {
    try (TensorOptional b = Native.optional(bias)) {
      return Native.op("linear", () -> torch.linear(x.raw(), weight.raw(), b), x, weight, bias);
    }
  }

  /** 1d convolution: [B, Cin, T] with weight [Cout, Cin/groups, K]; zero padding. */
  public static Tensor conv1d(
      Tensor x, Tensor weight, Tensor bias, long stride, long padding, long dilation, long groups) {
    try (TensorOptional b = Native.optional(bias)) {
      return Native.op(
          "conv1d",
          () ->
              torch.conv1d(
                  x.raw(),
                  weight.raw(),
                  b,
                  new long[] {stride},
                  new long[] {padding},
                  new long[] {dilation},
                  groups),
          x,
          weight,
          bias);
    }
  }

  /** 2d convolution: [B, Cin, H, W] with weight [Cout, Cin/groups, Kh, Kw]; zero padding. */
  public static Tensor conv2d(
      Tensor x,
      Tensor weight,
      Tensor bias,
      long[] stride,
      long[] padding,
      long[] dilation,
      long groups) {
    if (ProductConv.applies(x, weight, stride, padding, dilation, groups)) {
      return Scope.run(
          () -> ProductConv.apply(x, weight, bias, stride[0], padding[0], dilation[0]));
    }
    long[] spread = isPointwise(x, weight) ? SPREAD : dilation;
    try (TensorOptional b = Native.optional(bias)) {
      return Native.op(
          "conv2d",
          () ->
              torch.conv2d(
                  x.raw(), weight.raw(), b, both(stride), both(padding), both(spread), groups),
          x,
          weight,
          bias);
    }
  }

  // A filter of one pixel is the same with any dilation. With one, libtorch gives it to oneDNN even
  // in a single-threaded worker with a small batch, which is about twice as fast.
  private static final long[] SPREAD = {2};

  private static boolean isPointwise(Tensor x, Tensor weight) {
    return weight.dim() == 4
        && weight.size(2) == 1
        && weight.size(3) == 1
        && x.dtype() == DType.F32
        && !x.device().isCuda();
  }

  /** 2d convolution with stride 1 and no padding. */
  public static Tensor conv2d(Tensor x, Tensor weight, Tensor bias) {
    return conv2d(x, weight, bias, new long[] {1}, new long[] {0}, new long[] {1}, 1);
  }

  /**
   * Sums over square windows with stride 1, zeros beyond the border: [B, C, H, W] to the same
   * shape. On a CPU this is several times as fast as average pooling, because it is computed as a
   * depthwise convolution with ones.
   *
   * @param size side of the window, odd
   */
  public static Tensor windowSums2d(Tensor x, long size) {
    long channels = x.size(1);
    long[] one = {1, 1};
    long[] half = {size / 2, size / 2};
    try (Tensor ones = Tensor.ones(channels, 1, size, size).to(x.dtype()).to(x.device());
        TensorOptional none = Native.optional(null)) {
      return Native.op(
          "window_sums2d",
          () -> torch.conv2d(x.raw(), ones.raw(), none, one, half, one, channels),
          x);
    }
  }

  /** 3d convolution: [B, Cin, D, H, W] with weight [Cout, Cin/groups, Kd, Kh, Kw]. */
  public static Tensor conv3d(
      Tensor x, Tensor weight, Tensor bias, long[] stride, long[] padding, long groups) {
    try (TensorOptional b = Native.optional(bias)) {
      return Native.op(
          "conv3d",
          () ->
              torch.conv3d(x.raw(), weight.raw(), b, stride, padding, new long[] {1, 1, 1}, groups),
          x,
          weight,
          bias);
    }
  }

  /** Transposed 2d convolution: [B, Cin, H, W] with weight [Cin, Cout/groups, Kh, Kw]. */
  public static Tensor convTranspose2d(
      Tensor x,
      Tensor weight,
      Tensor bias,
      long[] stride,
      long[] padding,
      long[] outputPadding,
      long groups) {
    try (TensorOptional b = Native.optional(bias)) {
      return Native.op(
          "conv_transpose2d",
          () ->
              torch.conv_transpose2d(
                  x.raw(),
                  weight.raw(),
                  b,
                  both(stride),
                  both(padding),
                  both(outputPadding),
                  groups,
                  1,
                  1),
          x,
          weight,
          bias);
    }
  }

  private static long[] both(long[] option) {
    return option.length == 1 ? new long[] {option[0], option[0]} : option;
  }

  /** Layer normalisation over the last dimension; biased variance. */
  public static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, double eps) {
    try (TensorOptional w = Native.optional(weight);
        TensorOptional b = Native.optional(bias)) {
      return Native.op(
          "layer_norm",
          () -> torch.layer_norm(x.raw(), new long[] {x.size(-1)}, w, b, eps, false),
          x,
          weight,
          bias);
    }
  }

  /** Group normalisation: statistics over each group of channels and all positions. */
  public static Tensor groupNorm(Tensor x, long groups, Tensor weight, Tensor bias, double eps) {
    try (TensorOptional w = Native.optional(weight);
        TensorOptional b = Native.optional(bias)) {
      return Native.op(
          "group_norm", () -> torch.group_norm(x.raw(), groups, w, b, eps, false), x, weight, bias);
    }
  }

  /**
   * Batch normalisation over all dimensions but the second.
   *
   * @param mean running mean; updated in training when not null
   * @param variance running variance (unbiased); updated in training when not null
   * @param training whether to use the batch's own statistics
   */
  public static Tensor batchNorm(
      Tensor x,
      Tensor weight,
      Tensor bias,
      Tensor mean,
      Tensor variance,
      boolean training,
      double momentum,
      double eps) {
    try (TensorOptional w = Native.optional(weight);
        TensorOptional b = Native.optional(bias);
        TensorOptional m = Native.optional(mean);
        TensorOptional v = Native.optional(variance)) {
      return Native.op(
          "batch_norm",
          () -> torch.batch_norm(x.raw(), w, b, m, v, training, momentum, eps, false),
          x,
          weight,
          bias);
    }
  }

  /**
   * Rows of a table.
   *
   * @param table [rows, d]
   * @param index {@link DType#I64} of any shape
   * @param paddingIndex a row that receives no gradient, or -1
   * @return [..., d]
   */
  public static Tensor embedding(Tensor table, Tensor index, long paddingIndex) {
    return Native.op(
        "embedding",
        () -> torch.embedding(table.raw(), index.raw(), paddingIndex, false, false),
        table,
        index);
  }

  /** Average pooling of [B, C, H, W]; the divisor counts padding only if asked to. */
  public static Tensor avgPool2d(
      Tensor x, long kernel, long stride, long padding, boolean countPadding) {
    return Native.op(
        "avg_pool2d",
        () ->
            torch.avg_pool2d(
                x.raw(),
                new long[] {kernel, kernel},
                new long[] {stride, stride},
                new long[] {padding, padding},
                false,
                countPadding,
                Native.NO_LONG),
        x);
  }

  /** Average pooling of [B, C, T]; padding counts in the divisor. */
  public static Tensor avgPool1d(Tensor x, long kernel, long stride, long padding) {
    return Native.op(
        "avg_pool1d",
        () ->
            torch.avg_pool1d(
                x.raw(),
                new long[] {kernel},
                new long[] {stride},
                new long[] {padding},
                false,
                true),
        x);
  }

  /** Maximum pooling of [B, C, H, W]. */
  public static Tensor maxPool2d(Tensor x, long kernel, long stride, long padding) {
    return Native.op(
        "max_pool2d",
        () ->
            torch.max_pool2d(
                x.raw(),
                new long[] {kernel, kernel},
                new long[] {stride, stride},
                new long[] {padding, padding},
                new long[] {1, 1},
                false),
        x);
  }

  /** Maximum pooling of [B, C, T]. */
  public static Tensor maxPool1d(Tensor x, long kernel, long stride, long padding) {
    return Native.op(
        "max_pool1d",
        () ->
            torch.max_pool1d(
                x.raw(),
                new long[] {kernel},
                new long[] {stride},
                new long[] {padding},
                new long[] {1},
                false),
        x);
  }

  /** Average pooling of [B, C, H, W] to a given size. */
  public static Tensor adaptiveAvgPool2d(Tensor x, long height, long width) {
    return Native.op(
        "adaptive_avg_pool2d", () -> torch.adaptive_avg_pool2d(x.raw(), height, width), x);
  }

  /**
   * Pads the last dimensions.
   *
   * @param padding {before, after} of the last dimension, then of the one before it, ...
   * @param mode {@code constant}, {@code reflect}, {@code replicate} or {@code circular}
   * @param value what constant padding writes
   */
  public static Tensor pad(Tensor x, long[] padding, String mode, double value) {
    boolean constant = mode.equals("constant");
    try (DoubleOptional v = constant ? new DoubleOptional(value) : new DoubleOptional()) {
      return Native.op("pad", () -> torch.pad(x.raw(), padding, mode, v), x);
    }
  }

  /** Pads the last dimensions with zeros: {before, after} of the last one, then the one before. */
  public static Tensor pad(Tensor x, long... padding) {
    return pad(x, padding, "constant", 0);
  }

  /** Resizes [B, C, H, W] bilinearly, without antialiasing. */
  public static Tensor resizeBilinear(Tensor x, long height, long width, boolean alignCorners) {
    return Native.op(
        "upsample_bilinear2d",
        () -> torch.upsample_bilinear2d(x.raw(), new long[] {height, width}, alignCorners),
        x);
  }

  /** Resizes [B, C, H, W] bicubically (a = -0.75), without antialiasing. */
  public static Tensor resizeBicubic(Tensor x, long height, long width, boolean alignCorners) {
    return Native.op(
        "upsample_bicubic2d",
        () -> torch.upsample_bicubic2d(x.raw(), new long[] {height, width}, alignCorners),
        x);
  }

  /** Resizes [B, C, H, W] to the nearest source pixel, {@code floor(i * in / out)}. */
  public static Tensor resizeNearest(Tensor x, long height, long width) {
    return Native.op(
        "upsample_nearest2d", () -> torch.upsample_nearest2d(x.raw(), height, width), x);
  }

  /** Resizes [B, C, T] linearly. */
  public static Tensor resizeLinear(Tensor x, long length, boolean alignCorners) {
    return Native.op(
        "upsample_linear1d",
        () -> torch.upsample_linear1d(x.raw(), new long[] {length}, alignCorners),
        x);
  }

  /** [B, C r^2, H, W] to [B, C, H r, W r]. */
  public static Tensor pixelShuffle(Tensor x, long r) {
    return Native.op("pixel_shuffle", () -> torch.pixel_shuffle(x.raw(), r), x);
  }

  /** [B, C, H r, W r] to [B, C r^2, H, W]. */
  public static Tensor pixelUnshuffle(Tensor x, long r) {
    return Native.op("pixel_unshuffle", () -> torch.pixel_unshuffle(x.raw(), r), x);
  }

  /** Columns of sliding blocks: [B, C, H, W] to [B, C k k, L]. */
  public static Tensor im2col(Tensor x, long kernel, long dilation, long padding, long stride) {
    return Native.op(
        "im2col",
        () ->
            torch.im2col(
                x.raw(),
                new long[] {kernel, kernel},
                new long[] {dilation, dilation},
                new long[] {padding, padding},
                stride,
                stride),
        x);
  }

  /** Sums columns of sliding blocks into an image: the adjoint of {@link #im2col}. */
  public static Tensor col2im(
      Tensor x, long height, long width, long kernel, long dilation, long padding, long stride) {
    return Native.op(
        "col2im",
        () ->
            torch.col2im(
                x.raw(),
                new long[] {height, width},
                new long[] {kernel, kernel},
                new long[] {dilation, dilation},
                new long[] {padding, padding},
                stride,
                stride),
        x);
  }

  /**
   * Samples [B, C, H, W] bilinearly at a grid [B, H', W', 2] of (x, y) in [-1, 1]; zeros outside.
   */
  public static Tensor gridSample(Tensor x, Tensor grid, boolean alignCorners) {
    return Native.op(
        "grid_sampler", () -> torch.grid_sampler(x.raw(), grid.raw(), 0, 0, alignCorners), x, grid);
  }

  /**
   * {@code softmax(q k^T * scale + mask) v} as one fused operator.
   *
   * @param q [B, heads, N, d]
   * @param mask added to the scores, broadcast to [B, heads, N, N]; or null
   * @param causal whether later keys are masked
   * @param scale usually {@code 1 / sqrt(d)}
   */
  public static Tensor attention(
      Tensor q, Tensor k, Tensor v, Tensor mask, boolean causal, double scale) {
    try (TensorOptional m = Native.optional(mask);
        DoubleOptional s = new DoubleOptional(scale)) {
      return Native.op(
          "scaled_dot_product_attention",
          () ->
              torch.scaled_dot_product_attention(q.raw(), k.raw(), v.raw(), m, 0, causal, s, false),
          q,
          k,
          v,
          mask);
    }
  }

  /** x where positive, {@code weight * x} elsewhere; one weight, or one per channel. */
  public static Tensor prelu(Tensor x, Tensor weight) {
    return Native.op("prelu", () -> torch.prelu(x.raw(), weight.raw()), x, weight);
  }

  /** Instance normalisation: statistics over the positions of each channel of each sample. */
  public static Tensor instanceNorm(Tensor x, Tensor weight, Tensor bias, double eps) {
    try (TensorOptional w = Native.optional(weight);
        TensorOptional b = Native.optional(bias);
        TensorOptional none = new TensorOptional()) {
      return Native.op(
          "instance_norm",
          () -> torch.instance_norm(x.raw(), w, b, none, none, true, 0, eps, false),
          x,
          weight,
          bias);
    }
  }

  /** Root mean square normalisation over the last dimension. */
  public static Tensor rmsNorm(Tensor x, Tensor weight, double eps) {
    try (TensorOptional w = Native.optional(weight);
        DoubleOptional e = new DoubleOptional(eps)) {
      return Native.op(
          "rms_norm", () -> torch.rms_norm(x.raw(), new long[] {x.size(-1)}, w, e), x, weight);
    }
  }

  /** Transposed 1d convolution: [B, Cin, T] with weight [Cin, Cout/groups, K]. */
  public static Tensor convTranspose1d(
      Tensor x,
      Tensor weight,
      Tensor bias,
      long stride,
      long padding,
      long outputPadding,
      long groups) {
    try (TensorOptional b = Native.optional(bias)) {
      return Native.op(
          "conv_transpose1d",
          () ->
              torch.conv_transpose1d(
                  x.raw(),
                  weight.raw(),
                  b,
                  new long[] {stride},
                  new long[] {padding},
                  new long[] {outputPadding},
                  groups,
                  1),
          x,
          weight,
          bias);
    }
  }

  /** Maximum pooling of [B, C, H, W] to a given size. */
  public static Tensor adaptiveMaxPool2d(Tensor x, long height, long width) {
    try (T_TensorTensor_T pair =
        Native.call(
            "adaptive_max_pool2d", () -> torch.adaptive_max_pool2d(x.raw(), height, width), x)) {
      return new Tensor(new org.bytedeco.pytorch.Tensor(pair.get0()));
    }
  }

  /** Average pooling of [B, C, T] to a given length. */
  public static Tensor adaptiveAvgPool1d(Tensor x, long length) {
    return Native.op("adaptive_avg_pool1d", () -> torch.adaptive_avg_pool1d(x.raw(), length), x);
  }
}
