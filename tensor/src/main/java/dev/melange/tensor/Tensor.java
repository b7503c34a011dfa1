package dev.melange.tensor;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.StringJoiner;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.TensorIndex;
import org.bytedeco.pytorch.TensorIndexVector;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * An n-dimensional array of numbers in native memory, with libtorch's semantics: broadcasting,
 * views, and recording of operations for gradients.
 *
 * <p>Methods chain as in PyTorch. A name that ends in {@code _} works in place. Dimensions may be
 * negative (from the end). Memory is governed by {@link Scope}. Operators with many options are
 * static functions by topic: {@link Nn}, {@link Fft}, {@link Linalg}, {@link Losses}.
 *
 * <p>Reading is thread-safe; writing in place is not.
 */
public final class Tensor extends Handle {
  Tensor(org.bytedeco.pytorch.Tensor raw) {
    super(raw);
  }

  // ---- factories ----

  private static TensorOptions options(DType type, Device device) {
    Native.load();
    TensorOptions options = new TensorOptions(type.torch());
    if (device.isCuda()) {
      try (options;
          org.bytedeco.pytorch.Device target = device.torch();
          var optional = new org.bytedeco.pytorch.DeviceOptional(target)) {
        return options.device(optional);
      }
    }
    return options;
  }

  /** Uninitialised memory of a type on a device. */
  public static Tensor empty(DType type, Device device, long... shape) {
    checkShape(shape);
    try (TensorOptions options = options(type, device)) {
      return Native.op("empty", () -> torch.empty(shape, options, Native.NO_FORMAT));
    }
  }

  /** Uninitialised {@link DType#F32} memory on the CPU. */
  public static Tensor empty(long... shape) {
    return empty(DType.F32, Device.CPU, shape);
  }

  /** Zeros of a type on a device. */
  public static Tensor zeros(DType type, Device device, long... shape) {
    return empty(type, device, shape).zero_();
  }

  /** {@link DType#F32} zeros on the CPU. */
  public static Tensor zeros(long... shape) {
    return zeros(DType.F32, Device.CPU, shape);
  }

  /** {@link DType#F32} ones on the CPU. */
  public static Tensor ones(long... shape) {
    return empty(shape).fill_(1);
  }

  /** {@link DType#F32} copies of one value on the CPU. */
  public static Tensor full(double value, long... shape) {
    return empty(shape).fill_(value);
  }

  /** The integers {@code 0 .. end-1} as {@link DType#I64} on the CPU. */
  public static Tensor arange(long end) {
    return arange(0, end);
  }

  /** The integers {@code start .. end-1} as {@link DType#I64} on the CPU. */
  public static Tensor arange(long start, long end) {
    Native.load();
    return Native.op("arange", () -> torch.arange(Native.scalar(start), Native.scalar(end)));
  }

  /** {@code steps} evenly spaced numbers from start to end, both included. */
  public static Tensor linspace(double start, double end, long steps, DType type) {
    try (TensorOptions options = options(type, Device.CPU)) {
      return Native.op(
          "linspace",
          () -> torch.linspace(Native.scalar(start), Native.scalar(end), steps, options));
    }
  }

  /** The identity matrix of n rows, of a type on the CPU. */
  public static Tensor eye(long n, DType type) {
    try (TensorOptions options = options(type, Device.CPU)) {
      return Native.op("eye", () -> torch.eye(n, options));
    }
  }

  /** A one-element tensor without dimensions. */
  public static Tensor scalar(double value, DType type) {
    return empty(type, Device.CPU).fill_(value);
  }

  /** A copy of the array in the given shape; no shape means a vector. */
  public static Tensor of(float[] data, long... shape) {
    Tensor tensor = empty(DType.F32, Device.CPU, shapeFor(data.length, shape));
    if (data.length > 0) {
      tensor.raw().data_ptr_float().put(data);
    }
    return tensor;
  }

  /** A copy of the array in the given shape; no shape means a vector. */
  public static Tensor of(double[] data, long... shape) {
    Tensor tensor = empty(DType.F64, Device.CPU, shapeFor(data.length, shape));
    if (data.length > 0) {
      tensor.raw().data_ptr_double().put(data);
    }
    return tensor;
  }

  /** A copy of the array in the given shape; no shape means a vector. */
  public static Tensor of(long[] data, long... shape) {
    Tensor tensor = empty(DType.I64, Device.CPU, shapeFor(data.length, shape));
    if (data.length > 0) {
      tensor.raw().data_ptr_long().put(data);
    }
    return tensor;
  }

  /** A copy of the array in the given shape; no shape means a vector. */
  public static Tensor of(int[] data, long... shape) {
    Tensor tensor = empty(DType.I32, Device.CPU, shapeFor(data.length, shape));
    if (data.length > 0) {
      tensor.raw().data_ptr_int().put(data);
    }
    return tensor;
  }

  /** A copy of the bytes as {@link DType#U8} in the given shape; no shape means a vector. */
  public static Tensor of(byte[] data, long... shape) {
    return of(DType.U8, ByteBuffer.wrap(data), shapeFor(data.length, shape));
  }

  /**
   * A copy of little-endian bytes.
   *
   * @param data exactly the bytes of the elements; its position moves to its limit
   */
  public static Tensor of(DType type, ByteBuffer data, long... shape) {
    Tensor tensor = empty(type, Device.CPU, shape);
    long bytes = tensor.numel() * type.bytes();
    if (bytes != data.remaining()) {
      throw new IllegalArgumentException(
          "%s%s takes %d bytes, got %d"
              .formatted(type.torchName(), Arrays.toString(shape), bytes, data.remaining()));
    }
    if (bytes > 0) {
      BytePointer target = new BytePointer(tensor.raw().data_ptr()).capacity(bytes);
      target.asByteBuffer().put(data);
    }
    return tensor;
  }

  private static long[] shapeFor(int length, long[] shape) {
    long[] result = shape.length == 0 ? new long[] {length} : shape;
    checkShape(result);
    long count = 1;
    for (long size : result) {
      count *= size;
    }
    if (count != length) {
      throw new IllegalArgumentException(
          "shape " + Arrays.toString(shape) + " holds " + count + " elements, got " + length);
    }
    return result;
  }

  private static void checkShape(long[] shape) {
    long count = 1;
    for (long size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException("negative length in shape " + Arrays.toString(shape));
      }
      if (Math.multiplyHigh(count, size) != 0 || count * size < 0) {
        throw new IllegalArgumentException(
            "shape " + Arrays.toString(shape) + " has more elements than a long counts");
      }
      count *= size;
    }
  }

  /** Zeros of this tensor's type and device. */
  public Tensor newZeros(long... shape) {
    return zeros(dtype(), device(), shape);
  }

  /** Copies of a value, of this tensor's type and device. */
  public Tensor newFull(double value, long... shape) {
    return empty(dtype(), device(), shape).fill_(value);
  }

  /** Zeros of this tensor's shape, type, device and memory layout. */
  public Tensor zerosLike() {
    return Native.op("zeros_like", () -> torch.zeros_like(raw()), this);
  }

  /** Ones of this tensor's shape, type, device and memory layout. */
  public Tensor onesLike() {
    return Native.op("ones_like", () -> torch.ones_like(raw()), this);
  }

  // ---- arithmetic and comparison ----

  /** Sum, with broadcasting. */
  public Tensor add(Tensor other) {
    return Native.op("add", () -> raw().add(other.raw()), this, other);
  }

  /** Sum, with broadcasting. */
  public Tensor add(double other) {
    return Native.op("add", () -> raw().add(Native.scalar(other)), this);
  }

  /** Sum, with broadcasting. */
  public Tensor add(long other) {
    return Native.op("add", () -> raw().add(Native.scalar(other)), this);
  }

  /** Difference, with broadcasting. */
  public Tensor sub(Tensor other) {
    return Native.op("sub", () -> raw().sub(other.raw()), this, other);
  }

  /** Difference, with broadcasting. */
  public Tensor sub(double other) {
    return Native.op("sub", () -> raw().sub(Native.scalar(other)), this);
  }

  /** Difference, with broadcasting. */
  public Tensor sub(long other) {
    return Native.op("sub", () -> raw().sub(Native.scalar(other)), this);
  }

  /** Element-wise product, with broadcasting. */
  public Tensor mul(Tensor other) {
    return Native.op("mul", () -> raw().mul(other.raw()), this, other);
  }

  /** Element-wise product, with broadcasting. */
  public Tensor mul(double other) {
    return Native.op("mul", () -> raw().mul(Native.scalar(other)), this);
  }

  /** Element-wise product, with broadcasting. */
  public Tensor mul(long other) {
    return Native.op("mul", () -> raw().mul(Native.scalar(other)), this);
  }

  /** Quotient, with broadcasting. */
  public Tensor div(Tensor other) {
    return Native.op("div", () -> raw().div(other.raw()), this, other);
  }

  /** Quotient, with broadcasting. */
  public Tensor div(double other) {
    return Native.op("div", () -> raw().div(Native.scalar(other)), this);
  }

  /** Quotient, with broadcasting. */
  public Tensor div(long other) {
    return Native.op("div", () -> raw().div(Native.scalar(other)), this);
  }

  /** Where equal, as {@link DType#BOOL}. */
  public Tensor eq(Tensor other) {
    return Native.op("eq", () -> raw().eq(other.raw()), this, other);
  }

  /** Where equal, as {@link DType#BOOL}. */
  public Tensor eq(double other) {
    return Native.op("eq", () -> raw().eq(Native.scalar(other)), this);
  }

  /** Where equal, as {@link DType#BOOL}. */
  public Tensor eq(long other) {
    return Native.op("eq", () -> raw().eq(Native.scalar(other)), this);
  }

  /** Where different, as {@link DType#BOOL}. */
  public Tensor ne(Tensor other) {
    return Native.op("ne", () -> raw().ne(other.raw()), this, other);
  }

  /** Where different, as {@link DType#BOOL}. */
  public Tensor ne(double other) {
    return Native.op("ne", () -> raw().ne(Native.scalar(other)), this);
  }

  /** Where different, as {@link DType#BOOL}. */
  public Tensor ne(long other) {
    return Native.op("ne", () -> raw().ne(Native.scalar(other)), this);
  }

  /** Where less, as {@link DType#BOOL}. */
  public Tensor lt(Tensor other) {
    return Native.op("lt", () -> raw().lt(other.raw()), this, other);
  }

  /** Where less, as {@link DType#BOOL}. */
  public Tensor lt(double other) {
    return Native.op("lt", () -> raw().lt(Native.scalar(other)), this);
  }

  /** Where less, as {@link DType#BOOL}. */
  public Tensor lt(long other) {
    return Native.op("lt", () -> raw().lt(Native.scalar(other)), this);
  }

  /** Where less or equal, as {@link DType#BOOL}. */
  public Tensor le(Tensor other) {
    return Native.op("le", () -> raw().le(other.raw()), this, other);
  }

  /** Where less or equal, as {@link DType#BOOL}. */
  public Tensor le(double other) {
    return Native.op("le", () -> raw().le(Native.scalar(other)), this);
  }

  /** Where less or equal, as {@link DType#BOOL}. */
  public Tensor le(long other) {
    return Native.op("le", () -> raw().le(Native.scalar(other)), this);
  }

  /** Where greater, as {@link DType#BOOL}. */
  public Tensor gt(Tensor other) {
    return Native.op("gt", () -> raw().gt(other.raw()), this, other);
  }

  /** Where greater, as {@link DType#BOOL}. */
  public Tensor gt(double other) {
    return Native.op("gt", () -> raw().gt(Native.scalar(other)), this);
  }

  /** Where greater, as {@link DType#BOOL}. */
  public Tensor gt(long other) {
    return Native.op("gt", () -> raw().gt(Native.scalar(other)), this);
  }

  /** Where greater or equal, as {@link DType#BOOL}. */
  public Tensor ge(Tensor other) {
    return Native.op("ge", () -> raw().ge(other.raw()), this, other);
  }

  /** Where greater or equal, as {@link DType#BOOL}. */
  public Tensor ge(double other) {
    return Native.op("ge", () -> raw().ge(Native.scalar(other)), this);
  }

  /** Where greater or equal, as {@link DType#BOOL}. */
  public Tensor ge(long other) {
    return Native.op("ge", () -> raw().ge(Native.scalar(other)), this);
  }

  /** Powers: the argument is the exponent. */
  public Tensor pow(Tensor other) {
    return Native.op("pow", () -> raw().pow(other.raw()), this, other);
  }

  /** Powers: the argument is the exponent. */
  public Tensor pow(double other) {
    return Native.op("pow", () -> raw().pow(Native.scalar(other)), this);
  }

  /** Powers: the argument is the exponent. */
  public Tensor pow(long other) {
    return Native.op("pow", () -> raw().pow(Native.scalar(other)), this);
  }

  /** Remainder with the sign of the divisor (Python's %). */
  public Tensor remainder(Tensor other) {
    return Native.op("remainder", () -> raw().remainder(other.raw()), this, other);
  }

  /** Remainder with the sign of the divisor (Python's %). */
  public Tensor remainder(double other) {
    return Native.op("remainder", () -> raw().remainder(Native.scalar(other)), this);
  }

  /** Remainder with the sign of the divisor (Python's %). */
  public Tensor remainder(long other) {
    return Native.op("remainder", () -> raw().remainder(Native.scalar(other)), this);
  }

  /** Adds in place. Returns this. */
  public Tensor add_(Tensor other) {
    Native.call("add_", () -> raw().add_(other.raw()), this, other);
    return this;
  }

  /** Adds in place. Returns this. */
  public Tensor add_(double other) {
    Native.call("add_", () -> raw().add_(Native.scalar(other)), this);
    return this;
  }

  /** Subtracts in place. Returns this. */
  public Tensor sub_(Tensor other) {
    Native.call("sub_", () -> raw().sub_(other.raw()), this, other);
    return this;
  }

  /** Subtracts in place. Returns this. */
  public Tensor sub_(double other) {
    Native.call("sub_", () -> raw().sub_(Native.scalar(other)), this);
    return this;
  }

  /** Multiplies in place. Returns this. */
  public Tensor mul_(Tensor other) {
    Native.call("mul_", () -> raw().mul_(other.raw()), this, other);
    return this;
  }

  /** Multiplies in place. Returns this. */
  public Tensor mul_(double other) {
    Native.call("mul_", () -> raw().mul_(Native.scalar(other)), this);
    return this;
  }

  /** Divides in place. Returns this. */
  public Tensor div_(Tensor other) {
    Native.call("div_", () -> raw().div_(other.raw()), this, other);
    return this;
  }

  /** Divides in place. Returns this. */
  public Tensor div_(double other) {
    Native.call("div_", () -> raw().div_(Native.scalar(other)), this);
    return this;
  }

  /** Adds {@code factor * other} in place. Returns this. */
  public Tensor add_(Tensor other, double factor) {
    Native.call("add_", () -> raw().add_(other.raw(), Native.scalar(factor)), this, other);
    return this;
  }

  /** {@code this + factor * a * b}, element-wise. */
  public Tensor addcmul(Tensor a, Tensor b, double factor) {
    return Native.op(
        "addcmul", () -> raw().addcmul(a.raw(), b.raw(), Native.scalar(factor)), this, a, b);
  }

  /** {@code value - this}. */
  public Tensor rsub(double value) {
    return neg().add(value);
  }

  /** {@code this + weight * (end - this)}. */
  public Tensor lerp(Tensor end, double weight) {
    return Native.op("lerp", () -> raw().lerp(end.raw(), Native.scalar(weight)), this, end);
  }

  /** Moves this towards {@code end} by a share of the way, in place. Returns this. */
  public Tensor lerp_(Tensor end, double weight) {
    Native.call("lerp_", () -> raw().lerp_(end.raw(), Native.scalar(weight)), this, end);
    return this;
  }

  /** Element-wise greater of two tensors. */
  public Tensor maximum(Tensor other) {
    return Native.op("maximum", () -> raw().maximum(other.raw()), this, other);
  }

  /** Element-wise smaller of two tensors. */
  public Tensor minimum(Tensor other) {
    return Native.op("minimum", () -> raw().minimum(other.raw()), this, other);
  }

  /** Limits the elements to an interval. */
  public Tensor clamp(double low, double high) {
    try (ScalarOptional lo = new ScalarOptional(Native.scalar(low));
        ScalarOptional hi = new ScalarOptional(Native.scalar(high))) {
      return Native.op("clamp", () -> raw().clamp(lo, hi), this);
    }
  }

  /** Limits the elements to an interval in place. Returns this. */
  public Tensor clamp_(double low, double high) {
    try (ScalarOptional lo = new ScalarOptional(Native.scalar(low));
        ScalarOptional hi = new ScalarOptional(Native.scalar(high))) {
      Native.call("clamp_", () -> raw().clamp_(lo, hi), this);
    }
    return this;
  }

  /** Elements below the limit become the limit. */
  public Tensor clampMin(double low) {
    return Native.op("clamp_min", () -> raw().clamp_min(Native.scalar(low)), this);
  }

  /** Elements above the limit become the limit. */
  public Tensor clampMax(double high) {
    return Native.op("clamp_max", () -> raw().clamp_max(Native.scalar(high)), this);
  }

  /** Logical and of two boolean tensors. */
  public Tensor and(Tensor other) {
    return Native.op("logical_and", () -> raw().logical_and(other.raw()), this, other);
  }

  /** Logical or of two boolean tensors. */
  public Tensor or(Tensor other) {
    return Native.op("logical_or", () -> raw().logical_or(other.raw()), this, other);
  }

  /** Logical exclusive or of two boolean tensors. */
  public Tensor xor(Tensor other) {
    return Native.op("logical_xor", () -> raw().logical_xor(other.raw()), this, other);
  }

  /** Angle of the vector ({@code other}, {@code this}). */
  public Tensor atan2(Tensor other) {
    return Native.op("atan2", () -> raw().atan2(other.raw()), this, other);
  }

  // ---- element-wise functions ----

  /** Absolute values. */
  public Tensor abs() {
    return Native.op("abs", () -> raw().abs(), this);
  }

  /** Negatives. */
  public Tensor neg() {
    return Native.op("neg", () -> raw().neg(), this);
  }

  /** Exponentials. */
  public Tensor exp() {
    return Native.op("exp", () -> raw().exp(), this);
  }

  /** {@code exp(x) - 1}, exact near 0. */
  public Tensor expm1() {
    return Native.op("expm1", () -> raw().expm1(), this);
  }

  /** Natural logarithms. */
  public Tensor log() {
    return Native.op("log", () -> raw().log(), this);
  }

  /** {@code log(1 + x)}, exact near 0. */
  public Tensor log1p() {
    return Native.op("log1p", () -> raw().log1p(), this);
  }

  /** Logarithms of base 2. */
  public Tensor log2() {
    return Native.op("log2", () -> raw().log2(), this);
  }

  /** Square roots. */
  public Tensor sqrt() {
    return Native.op("sqrt", () -> raw().sqrt(), this);
  }

  /** {@code 1 / sqrt(x)}. */
  public Tensor rsqrt() {
    return Native.op("rsqrt", () -> raw().rsqrt(), this);
  }

  /** Squares. */
  public Tensor square() {
    return Native.op("square", () -> raw().square(), this);
  }

  /** {@code 1 / x}. */
  public Tensor reciprocal() {
    return Native.op("reciprocal", () -> raw().reciprocal(), this);
  }

  /** Sines. */
  public Tensor sin() {
    return Native.op("sin", () -> raw().sin(), this);
  }

  /** Cosines. */
  public Tensor cos() {
    return Native.op("cos", () -> raw().cos(), this);
  }

  /** Tangents. */
  public Tensor tan() {
    return Native.op("tan", () -> raw().tan(), this);
  }

  /** Arc tangents. */
  public Tensor atan() {
    return Native.op("atan", () -> raw().atan(), this);
  }

  /** Hyperbolic tangents. */
  public Tensor tanh() {
    return Native.op("tanh", () -> raw().tanh(), this);
  }

  /** {@code 1 / (1 + exp(-x))}. */
  public Tensor sigmoid() {
    return Native.op("sigmoid", () -> raw().sigmoid(), this);
  }

  /** {@code max(x, 0)}. */
  public Tensor relu() {
    return Native.op("relu", () -> raw().relu(), this);
  }

  /** The error function. */
  public Tensor erf() {
    return Native.op("erf", () -> raw().erf(), this);
  }

  /** Signs: -1, 0 or 1. */
  public Tensor sign() {
    return Native.op("sign", () -> raw().sign(), this);
  }

  /** Rounds down. */
  public Tensor floor() {
    return Native.op("floor", () -> raw().floor(), this);
  }

  /** Rounds up. */
  public Tensor ceil() {
    return Native.op("ceil", () -> raw().ceil(), this);
  }

  /** Rounds to the nearest integer, halves to even. */
  public Tensor round() {
    return Native.op("round", () -> raw().round(), this);
  }

  /** Rounds towards zero. */
  public Tensor trunc() {
    return Native.op("trunc", () -> raw().trunc(), this);
  }

  /** Where the element is not a number, as {@link DType#BOOL}. */
  public Tensor isNan() {
    return Native.op("isnan", () -> raw().isnan(), this);
  }

  /** Where the element is plus or minus infinity, as {@link DType#BOOL}. */
  public Tensor isInf() {
    return Native.op("isinf", () -> torch.isinf(raw()), this);
  }

  /** Where the element is finite, as {@link DType#BOOL}. */
  public Tensor isFinite() {
    return Native.op("isfinite", () -> raw().isfinite(), this);
  }

  /** Where the element is zero or false, as {@link DType#BOOL}. */
  public Tensor logicalNot() {
    return Native.op("logical_not", () -> raw().logical_not(), this);
  }

  /** Gaussian error linear unit, exact form {@code x * Phi(x)}. */
  public Tensor gelu() {
    return Native.op("gelu", () -> torch.gelu(raw()), this);
  }

  /** Gaussian error linear unit, tanh approximation ({@code gelu_new}). */
  public Tensor geluTanh() {
    return Native.op("gelu", () -> torch.gelu(raw(), "tanh"), this);
  }

  /** {@code x * sigmoid(x)} (swish). */
  public Tensor silu() {
    return Native.op("silu", () -> torch.silu(raw()), this);
  }

  /** {@code log(1 + exp(x))}. */
  public Tensor softplus() {
    return Native.op("softplus", () -> torch.softplus(raw()), this);
  }

  /** {@code log(sigmoid(x))}, exact for large negative x. */
  public Tensor logSigmoid() {
    return Native.op("log_sigmoid", () -> torch.log_sigmoid(raw()), this);
  }

  /** x where positive, {@code slope * x} elsewhere. */
  public Tensor leakyRelu(double slope) {
    return Native.op("leaky_relu", () -> torch.leaky_relu(raw(), Native.scalar(slope)), this);
  }

  /** Softmax along a dimension. */
  public Tensor softmax(long dim) {
    return Native.op("softmax", () -> raw().softmax(dim), this);
  }

  /** Logarithm of the softmax along a dimension. */
  public Tensor logSoftmax(long dim) {
    return Native.op("log_softmax", () -> raw().log_softmax(dim), this);
  }

  /** {@code log(sum(exp(x)))} along a dimension, which disappears. */
  public Tensor logSumExp(long dim) {
    return Native.op("logsumexp", () -> raw().logsumexp(new long[] {dim}, false), this);
  }

  /** NaN and infinities replaced. */
  public Tensor nanToNum(double nan, double positive, double negative) {
    try (DoubleOptional a = new DoubleOptional(nan);
        DoubleOptional b = new DoubleOptional(positive);
        DoubleOptional c = new DoubleOptional(negative)) {
      return Native.op("nan_to_num", () -> raw().nan_to_num(a, b, c), this);
    }
  }

  // ---- reductions ----

  /** Sum of all elements; a scalar tensor. */
  public Tensor sum() {
    return Native.op("sum", () -> raw().sum(), this);
  }

  /** Sum over the given dimensions, which disappear. Negative dimensions count from the end. */
  public Tensor sum(long... dims) {
    return Native.op("sum", () -> raw().sum(dims, false, Native.NO_TYPE), this);
  }

  /** Sum over the given dimensions, which stay with length 1. */
  public Tensor sumKeep(long... dims) {
    return Native.op("sum", () -> raw().sum(dims, true, Native.NO_TYPE), this);
  }

  /** Mean of all elements; a scalar tensor. */
  public Tensor mean() {
    return Native.op("mean", () -> raw().mean(), this);
  }

  /** Mean over the given dimensions, which disappear. Negative dimensions count from the end. */
  public Tensor mean(long... dims) {
    return Native.op("mean", () -> raw().mean(dims, false, Native.NO_TYPE), this);
  }

  /** Mean over the given dimensions, which stay with length 1. */
  public Tensor meanKeep(long... dims) {
    return Native.op("mean", () -> raw().mean(dims, true, Native.NO_TYPE), this);
  }

  /** Greatest value of all elements; a scalar tensor. */
  public Tensor max() {
    return Native.op("max", () -> raw().max(), this);
  }

  /** Greatest value over the given dimensions, which disappear; ties share the gradient. */
  public Tensor max(long... dims) {
    return Native.op("max", () -> raw().amax(dims, false), this);
  }

  /**
   * Greatest value over the given dimensions, which stay with length 1; ties share the gradient.
   */
  public Tensor maxKeep(long... dims) {
    return Native.op("max", () -> raw().amax(dims, true), this);
  }

  /** Smallest value of all elements; a scalar tensor. */
  public Tensor min() {
    return Native.op("min", () -> raw().min(), this);
  }

  /** Smallest value over the given dimensions, which disappear; ties share the gradient. */
  public Tensor min(long... dims) {
    return Native.op("min", () -> raw().amin(dims, false), this);
  }

  /**
   * Smallest value over the given dimensions, which stay with length 1; ties share the gradient.
   */
  public Tensor minKeep(long... dims) {
    return Native.op("min", () -> raw().amin(dims, true), this);
  }

  /** Index of the greatest element along a dimension, as {@link DType#I64}. */
  public Tensor argmax(long dim) {
    try (LongOptional d = new LongOptional(dim)) {
      return Native.op("argmax", () -> raw().argmax(d, false), this);
    }
  }

  /** Index of the smallest element along a dimension, as {@link DType#I64}. */
  public Tensor argmin(long dim) {
    try (LongOptional d = new LongOptional(dim)) {
      return Native.op("argmin", () -> raw().argmin(d, false), this);
    }
  }

  /** Variance over dimensions, which disappear; divided by {@code n - correction}. */
  public Tensor var(long correction, long... dims) {
    return variance(correction, false, dims);
  }

  /** Variance over dimensions, which stay with length 1; divided by {@code n - correction}. */
  public Tensor varKeep(long correction, long... dims) {
    return variance(correction, true, dims);
  }

  private Tensor variance(long correction, boolean keep, long[] dims) {
    try (ScalarOptional c = new ScalarOptional(Native.scalar(correction))) {
      return Native.op("var", () -> raw().var(dims, c, keep), this);
    }
  }

  /** Standard deviation over dimensions, which disappear; divided by {@code n - correction}. */
  public Tensor std(long correction, long... dims) {
    try (ScalarOptional c = new ScalarOptional(Native.scalar(correction))) {
      return Native.op("std", () -> raw().std(dims, c, false), this);
    }
  }

  /** Euclidean norm of all elements; a scalar tensor. */
  public Tensor norm() {
    return Native.op("norm", () -> raw().norm(), this);
  }

  /** p-norm over dimensions, which disappear. */
  public Tensor norm(double p, long... dims) {
    return vectorNorm(p, false, dims);
  }

  /** p-norm over dimensions, which stay with length 1. */
  public Tensor normKeep(double p, long... dims) {
    return vectorNorm(p, true, dims);
  }

  private Tensor vectorNorm(double p, boolean keep, long[] dims) {
    return Native.op(
        "vector_norm",
        () -> torch.linalg_vector_norm(raw(), Native.scalar(p), dims, keep, Native.NO_TYPE),
        this);
  }

  /** Product along a dimension, which disappears. */
  public Tensor prod(long dim) {
    return Native.op("prod", () -> raw().prod(dim), this);
  }

  /** Cumulative sums along a dimension. */
  public Tensor cumsum(long dim) {
    return Native.op("cumsum", () -> raw().cumsum(dim), this);
  }

  /** Cumulative products along a dimension. */
  public Tensor cumprod(long dim) {
    return Native.op("cumprod", () -> raw().cumprod(dim), this);
  }

  /** Whether any element is non-zero; a scalar tensor. */
  public Tensor any() {
    return Native.op("any", () -> raw().any(), this);
  }

  /** Whether all elements are non-zero; a scalar tensor. */
  public Tensor all() {
    return Native.op("all", () -> raw().all(), this);
  }

  /** Quantile (0..1, linear interpolation) along a dimension, which disappears. */
  public Tensor quantile(double q, long dim) {
    try (LongOptional d = new LongOptional(dim)) {
      return Native.op("quantile", () -> raw().quantile(q, d, false, "linear"), this);
    }
  }

  /**
   * Values and {@link DType#I64} positions of a selection or an order along a dimension.
   *
   * @param values the values
   * @param indices their positions
   */
  public record Indexed(Tensor values, Tensor indices) {}

  private static Indexed indexed(T_TensorTensor_T pair) {
    try (pair) {
      return new Indexed(
          new Tensor(new org.bytedeco.pytorch.Tensor(pair.get0())),
          new Tensor(new org.bytedeco.pytorch.Tensor(pair.get1())));
    }
  }

  /** Greatest values along a dimension with their positions (first of equals not guaranteed). */
  public Indexed maxIndexed(long dim) {
    return indexed(Native.call("max", () -> torch.max(raw(), dim, false), this));
  }

  /** The k greatest values along a dimension, in descending order. */
  public Indexed topk(long k, long dim) {
    return topk(k, dim, true);
  }

  /** The k greatest (or smallest) values along a dimension, sorted from the extreme one. */
  public Indexed topk(long k, long dim, boolean largest) {
    return indexed(Native.call("topk", () -> torch.topk(raw(), k, dim, largest, true), this));
  }

  /** Sorts along a dimension; equal elements keep their order. */
  public Indexed sort(long dim, boolean descending) {
    try (var stable = new org.bytedeco.pytorch.BoolOptional(true)) {
      return indexed(Native.call("sort", () -> torch.sort(raw(), stable, dim, descending), this));
    }
  }

  // ---- products ----

  /** Matrix product of the last two dimensions, broadcast over the others. */
  public Tensor matmul(Tensor other) {
    return Native.op("matmul", () -> raw().matmul(other.raw()), this, other);
  }

  /** Outer product of two vectors. */
  public Tensor outer(Tensor other) {
    return Native.op("outer", () -> raw().outer(other.raw()), this, other);
  }

  /**
   * Sum of products in Einstein's notation, for instance {@code einsum("bhij,bhjd->bhid", a, b)}.
   */
  public static Tensor einsum(String equation, Tensor... operands) {
    try (TensorVector vector = Native.vector(operands)) {
      return Native.op("einsum " + equation, () -> torch.einsum(equation, vector), operands);
    }
  }

  // ---- shape ----

  /** The same elements in another shape, without a copy where possible; -1 is inferred. */
  public Tensor reshape(long... shape) {
    return Native.op("reshape", () -> raw().reshape(shape), this);
  }

  /** The same memory in another shape; refused where a copy would be needed. */
  public Tensor view(long... shape) {
    return Native.op("view", () -> raw().view(shape), this);
  }

  /** Joins the dimensions from {@code start} to {@code end}, both included. */
  public Tensor flatten(long start, long end) {
    return Native.op("flatten", () -> raw().flatten(start, end), this);
  }

  /** Splits a dimension into several; -1 is inferred. */
  public Tensor unflatten(long dim, long... sizes) {
    return Native.op("unflatten", () -> raw().unflatten(dim, sizes), this);
  }

  /** Reorders the dimensions. */
  public Tensor permute(long... dims) {
    return Native.op("permute", () -> raw().permute(dims), this);
  }

  /** Swaps two dimensions. */
  public Tensor transpose(long a, long b) {
    return Native.op("transpose", () -> raw().transpose(a, b), this);
  }

  /** The transposed matrix: swaps the last two dimensions. */
  public Tensor t() {
    return transpose(-2, -1);
  }

  /** Inserts a dimension of length 1. */
  public Tensor unsqueeze(long dim) {
    return Native.op("unsqueeze", () -> raw().unsqueeze(dim), this);
  }

  /** Removes a dimension of length 1; other lengths stay. */
  public Tensor squeeze(long dim) {
    return Native.op("squeeze", () -> raw().squeeze(dim), this);
  }

  /** Repeats dimensions of length 1 without copying; -1 keeps a length. */
  public Tensor expand(long... shape) {
    return Native.op("expand", () -> raw().expand(shape), this);
  }

  /** Repeats the whole tensor along each dimension, copying. */
  public Tensor repeat(long... times) {
    return Native.op("repeat", () -> raw().repeat(times), this);
  }

  /** Repeats each element n times along a dimension. */
  public Tensor repeatInterleave(long n, long dim) {
    try (LongOptional d = new LongOptional(dim)) {
      return Native.op(
          "repeat_interleave", () -> raw().repeat_interleave(n, d, Native.NO_LONG), this);
    }
  }

  /** Shifts cyclically along dimensions: {@code shifts[i]} along {@code dims[i]}. */
  public Tensor roll(long[] shifts, long... dims) {
    return Native.op("roll", () -> raw().roll(shifts, dims), this);
  }

  /** Reverses the order along dimensions. */
  public Tensor flip(long... dims) {
    return Native.op("flip", () -> raw().flip(dims), this);
  }

  /** The lower triangle of the last two dimensions; zero elsewhere. */
  public Tensor tril(long diagonal) {
    return Native.op("tril", () -> raw().tril(diagonal), this);
  }

  /** The upper triangle of the last two dimensions; zero elsewhere. */
  public Tensor triu(long diagonal) {
    return Native.op("triu", () -> raw().triu(diagonal), this);
  }

  /** Sliding windows along a dimension, as a new last dimension. */
  public Tensor unfold(long dim, long size, long step) {
    return Native.op("unfold", () -> raw().unfold(dim, size, step), this);
  }

  /** The diagonal of two dimensions, as the last dimension. */
  public Tensor diagonal(long offset, long dim1, long dim2) {
    return Native.op("diagonal", () -> raw().diagonal(offset, dim1, dim2), this);
  }

  /** A vector as a diagonal matrix, or the diagonal of a matrix. */
  public Tensor diag() {
    return Native.op("diag", () -> raw().diag(), this);
  }

  /** Joins tensors along an existing dimension. */
  public static Tensor cat(long dim, Tensor... tensors) {
    try (TensorVector vector = Native.vector(tensors)) {
      return Native.op("cat", () -> torch.cat(vector, dim), tensors);
    }
  }

  /** Joins tensors along a new dimension. */
  public static Tensor stack(long dim, Tensor... tensors) {
    try (TensorVector vector = Native.vector(tensors)) {
      return Native.op("stack", () -> torch.stack(vector, dim), tensors);
    }
  }

  /** Splits a dimension into pieces of a length (the last may be shorter), as views. */
  public Tensor[] split(long size, long dim) {
    return Native.unpack(Native.call("split", () -> raw().split(size, dim), this));
  }

  /** Splits a dimension into pieces of given lengths, as views. */
  public Tensor[] split(long[] sizes, long dim) {
    return Native.unpack(Native.call("split", () -> raw().split_with_sizes(sizes, dim), this));
  }

  /** Splits a dimension into n nearly equal pieces, as views. */
  public Tensor[] chunk(long n, long dim) {
    return Native.unpack(Native.call("chunk", () -> raw().chunk(n, dim), this));
  }

  /** The slices along a dimension, which disappears, as views. */
  public Tensor[] unbind(long dim) {
    return Native.unpack(Native.call("unbind", () -> raw().unbind(dim), this));
  }

  // ---- selection ----

  /** One slice along a dimension, which disappears; a view. Negative indices count from the end. */
  public Tensor select(long dim, long index) {
    return Native.op("select", () -> raw().select(dim, index), this);
  }

  /** The slice of the first dimension at an index; a view. */
  public Tensor get(long index) {
    return select(0, index);
  }

  /**
   * Elements {@code start .. end-1} along a dimension; a view. Negative bounds count from the end.
   */
  public Tensor slice(long dim, long start, long end) {
    return slice(dim, start, end, 1);
  }

  /** Every {@code step}-th element of {@code start .. end-1} along a dimension; a view. */
  public Tensor slice(long dim, long start, long end, long step) {
    try (LongOptional from = new LongOptional(start);
        LongOptional to = new LongOptional(end)) {
      return Native.op("slice", () -> raw().slice(dim, from, to, step), this);
    }
  }

  /** {@code length} elements from {@code start} along a dimension; a view. */
  public Tensor narrow(long dim, long start, long length) {
    return Native.op("narrow", () -> raw().narrow(dim, start, length), this);
  }

  /** The slices at the given {@link DType#I64} positions along a dimension; a copy. */
  public Tensor indexSelect(long dim, Tensor index) {
    return Native.op("index_select", () -> raw().index_select(dim, index.raw()), this, index);
  }

  /**
   * Advanced indexing: one index tensor per leading dimension; null means all of it. Boolean
   * tensors select where true.
   */
  public Tensor index(Tensor... indices) {
    try (TensorIndexVector vector = indexVector(indices)) {
      return Native.op("index", () -> raw().index(vector), withThis(indices));
    }
  }

  /** Writes values at {@link #index advanced indices} in place. Returns this. */
  public Tensor indexPut_(Tensor values, Tensor... indices) {
    try (TensorIndexVector vector = indexVector(indices)) {
      Native.call("index_put_", () -> raw().index_put_(vector, values.raw()), this, values);
      return this;
    }
  }

  private Tensor[] withThis(Tensor[] others) {
    Tensor[] all = new Tensor[others.length + 1];
    all[0] = this;
    System.arraycopy(others, 0, all, 1, others.length);
    return all;
  }

  private static TensorIndexVector indexVector(Tensor[] indices) {
    TensorIndexVector vector = new TensorIndexVector();
    for (Tensor index : indices) {
      try (org.bytedeco.pytorch.Slice all = new org.bytedeco.pytorch.Slice();
          TensorIndex item = index == null ? new TensorIndex(all) : new TensorIndex(index.raw())) {
        vector.push_back(item);
      }
    }
    return vector;
  }

  /** {@code out[i][j] = this[index[i][j]][j]} for dimension 0, and so on. */
  public Tensor gather(long dim, Tensor index) {
    return Native.op("gather", () -> raw().gather(dim, index.raw()), this, index);
  }

  /** A copy with {@code source} written at the positions of {@code index} along a dimension. */
  public Tensor scatter(long dim, Tensor index, Tensor source) {
    return Native.op(
        "scatter", () -> raw().scatter(dim, index.raw(), source.raw()), this, index, source);
  }

  /** A copy with a value written at the positions of {@code index} along a dimension. */
  public Tensor scatter(long dim, Tensor index, double value) {
    return Native.op(
        "scatter", () -> raw().scatter(dim, index.raw(), Native.scalar(value)), this, index);
  }

  /** A copy with {@code source} added at the positions of {@code index} along a dimension. */
  public Tensor scatterAdd(long dim, Tensor index, Tensor source) {
    return Native.op(
        "scatter_add",
        () -> raw().scatter_add(dim, index.raw(), source.raw()),
        this,
        index,
        source);
  }

  /** A copy with the slices of {@code source} added at positions along a dimension. */
  public Tensor indexAdd(long dim, Tensor index, Tensor source) {
    return Native.op(
        "index_add", () -> raw().index_add(dim, index.raw(), source.raw()), this, index, source);
  }

  /** A copy with a value where the mask is true. */
  public Tensor maskedFill(Tensor mask, double value) {
    return Native.op(
        "masked_fill", () -> raw().masked_fill(mask.raw(), Native.scalar(value)), this, mask);
  }

  /** The elements where the mask is true, as a vector. */
  public Tensor maskedSelect(Tensor mask) {
    return Native.op("masked_select", () -> raw().masked_select(mask.raw()), this, mask);
  }

  /** {@code a} where the condition holds, {@code b} elsewhere. */
  public static Tensor where(Tensor condition, Tensor a, Tensor b) {
    return Native.op(
        "where", () -> torch.where(condition.raw(), a.raw(), b.raw()), condition, a, b);
  }

  /** Positions of non-zero elements, one row each. */
  public Tensor nonzero() {
    return Native.op("nonzero", () -> raw().nonzero(), this);
  }

  /** One-hot rows of {@link DType#I64} class numbers: {@code [...] -> [..., classes]}. */
  public Tensor oneHot(long classes) {
    return Native.op("one_hot", () -> torch.one_hot(raw(), classes), this);
  }

  // ---- writing ----

  /** Fills with a value in place. Returns this. */
  public Tensor fill_(double value) {
    Native.call("fill_", () -> raw().fill_(Native.scalar(value)), this);
    return this;
  }

  /** Fills with zeros in place. Returns this. */
  public Tensor zero_() {
    Native.call("zero_", () -> raw().zero_(), this);
    return this;
  }

  /** Copies another tensor's values (with broadcasting and conversion) in place. Returns this. */
  public Tensor copy_(Tensor source) {
    Native.call("copy_", () -> raw().copy_(source.raw()), this, source);
    return this;
  }

  // ---- type, device, layout ----

  /** This tensor in another element type; the same data where it has that type already. */
  public Tensor to(DType type) {
    return Native.op("to", () -> raw().to(type.torch()), this);
  }

  /** This tensor on another device; the same data where it is there already. */
  public Tensor to(Device device) {
    if (!device.isCuda() && !raw().is_cuda()) {
      return Native.op("to", () -> new org.bytedeco.pytorch.Tensor(raw()), this);
    }
    try (org.bytedeco.pytorch.Device target = device.torch()) {
      return Native.op("to", () -> raw().to(target, raw().scalar_type()), this);
    }
  }

  /** The same elements in row-major order without gaps; the same data where it is so already. */
  public Tensor contiguous() {
    return Native.op("contiguous", () -> raw().contiguous(), this);
  }

  /** A [B, C, H, W] tensor stored with the channels last (NHWC in memory); the shape stays. */
  public Tensor channelsLast() {
    return Native.op("contiguous", () -> raw().contiguous(MemoryFormat.ChannelsLast), this);
  }

  /** Whether a [B, C, H, W] tensor is stored with the channels last. */
  public boolean isChannelsLast() {
    return dim() == 4 && raw().is_contiguous(MemoryFormat.ChannelsLast);
  }

  /** A copy with memory of its own (part of the graph). */
  public Tensor copy() {
    return Native.op("clone", () -> raw().clone(), this);
  }

  /** Another handle on the same tensor. */
  public Tensor alias() {
    return Native.op("alias", () -> new org.bytedeco.pytorch.Tensor(raw()), this);
  }

  /** The real part of a complex tensor; a view. */
  public Tensor real() {
    return Native.op("real", () -> torch.real(raw()), this);
  }

  /** The imaginary part of a complex tensor; a view. */
  public Tensor imag() {
    return Native.op("imag", () -> torch.imag(raw()), this);
  }

  /** A complex tensor as pairs of numbers: {@code [...] -> [..., 2]}; a view where possible. */
  public Tensor viewAsReal() {
    return Native.op(
        "view_as_real",
        () -> {
          // an inverse transform of real numbers is marked as conjugate instead of conjugated
          try (org.bytedeco.pytorch.Tensor resolved = raw().resolve_conj()) {
            return torch.view_as_real(resolved);
          }
        },
        this);
  }

  /** Pairs of numbers as a complex tensor: {@code [..., 2] -> [...]}; a view. */
  public Tensor viewAsComplex() {
    return Native.op("view_as_complex", () -> torch.view_as_complex(raw()), this);
  }

  // ---- gradients ----

  /** The same values outside any graph; shares memory. */
  public Tensor detach() {
    return Native.op("detach", () -> raw().detach(), this);
  }

  /** Whether operations on this tensor are recorded for gradients. */
  public boolean requiresGrad() {
    return raw().requires_grad();
  }

  /** Switches recording for gradients on or off. Returns this. */
  public Tensor requiresGrad_(boolean on) {
    Native.call(
        "requires_grad_",
        () -> {
          raw().set_requires_grad(on);
          return null;
        },
        this);
    return this;
  }

  /** Accumulates the gradient of this scalar in {@link #grad()} of the leaves it depends on. */
  public void backward() {
    try {
      Native.call(
          "backward",
          () -> {
            raw().backward();
            return null;
          },
          this);
    } finally {
      CustomGradient.afterBackward();
    }
  }

  /** Forgets the gradient accumulated by {@link #backward()}: {@link #grad()} is null again. */
  public void clearGrad() {
    raw().mutable_grad().reset();
  }

  /** The gradient accumulated by {@link #backward()}, or null. */
  public Tensor grad() {
    org.bytedeco.pytorch.Tensor grad = raw().grad();
    if (!grad.defined()) {
      return null;
    }
    return new Tensor(new org.bytedeco.pytorch.Tensor(grad));
  }

  /** Type, shape and device, for messages; not the values. */
  @Override
  public String toString() {
    if (isClosed()) {
      return "Tensor(closed)";
    }
    StringJoiner text = new StringJoiner(", ", "Tensor(", ")");
    text.add(dtype().torchName()).add(Arrays.toString(shape()));
    if (raw().is_cuda()) {
      text.add(device().toString());
    }
    if (requiresGrad()) {
      text.add("requires grad");
    }
    return text.toString();
  }
}
