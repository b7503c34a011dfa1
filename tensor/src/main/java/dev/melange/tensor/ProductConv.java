package dev.melange.tensor;

/**
 * A convolution as one matrix product, for large filters over so few pixels that the gradient of
 * the filters takes oneDNN twice as long as a plain product.
 */
final class ProductConv {
  private static final long MAX_PIXELS = 64; // of all samples together
  private static final long MIN_WEIGHTS = 1L << 19;

  private ProductConv() {}

  static boolean applies(
      Tensor x, Tensor weight, long[] stride, long[] padding, long[] dilation, long groups) {
    if (groups != 1
        || weight.dim() != 4
        || x.dim() != 4
        || weight.numel() < MIN_WEIGHTS
        || weight.size(2) != weight.size(3)
        || !isSquare(stride)
        || !isSquare(padding)
        || !isSquare(dilation)
        || x.dtype() != DType.F32
        || weight.dtype() != DType.F32
        || x.device().isCuda()
        || !weight.requiresGrad()
        || !Autograd.isEnabled()) {
      return false;
    }
    long rows = outputs(x.size(2), weight.size(2), stride[0], padding[0], dilation[0]);
    long columns = outputs(x.size(3), weight.size(3), stride[0], padding[0], dilation[0]);
    return rows > 0 && columns > 0 && x.size(0) * rows * columns <= MAX_PIXELS;
  }

  /** Whether both directions have the same value. */
  private static boolean isSquare(long[] values) {
    return values.length == 1 || values[0] == values[1];
  }

  private static long outputs(long size, long kernel, long stride, long padding, long dilation) {
    return (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
  }

  static Tensor apply(
      Tensor x, Tensor weight, Tensor bias, long stride, long padding, long dilation) {
    long batch = x.size(0);
    long out = weight.size(0);
    long kernel = weight.size(2);
    long rows = outputs(x.size(2), kernel, stride, padding, dilation);
    long columns = outputs(x.size(3), kernel, stride, padding, dilation);
    Tensor windows =
        kernel == 1 && stride == 1 && padding == 0
            ? x.flatten(2, 3)
            : Nn.im2col(x, kernel, dilation, padding, stride); // [B, C k k, L]
    Tensor y =
        weight
            .reshape(out, -1)
            .matmul(windows.transpose(0, 1).reshape(windows.size(1), -1)); // [out, B L]
    if (bias != null) {
      y = y.add(bias.unsqueeze(-1));
    }
    return y.view(out, batch, rows * columns).transpose(0, 1).reshape(batch, out, rows, columns);
  }
}
