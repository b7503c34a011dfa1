package dev.melange.tensor;

import java.util.Locale;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A linear layer for inference on the CPU, {@code y = x W^T + b}: its weight is kept as float16 in
 * the order in which products read it, sums are float32. For few rows, where a product is as fast
 * as its weight can be read, it takes a fifth of the time of {@link Nn#linear}; results differ by
 * the rounding of weights to 11 bits. Safe for use by many threads; to be closed.
 */
public final class PackedLinear implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PackedLinear.class);
  private static final double MOST = 65504;
  private static final boolean SUPPORTED = supported();

  private final long in;
  private final long out;
  private final IValue packed;
  private boolean closed;

  private PackedLinear(long in, long out, IValue packed) {
    this.in = in;
    this.out = out;
    this.packed = packed;
  }

  /** libtorch's FBGEMM, which this is, wants an x86 processor with AVX2. */
  private static boolean supported() {
    Native.load();
    try (Scope scope = Scope.open();
        PackedLinear tiny = pack(Tensor.ones(2, 3), Tensor.zeros(2))) {
      return tiny.forward(Tensor.ones(1, 3)).get(0).get(0).item() == 3;
    } catch (RuntimeException e) {
      LOG.debug("linear layers cannot be packed here", e);
      return false;
    }
  }

  /** Whether this machine can do it. */
  public static boolean isSupported() {
    return SUPPORTED;
  }

  /**
   * Packs a layer; the tensors may be closed afterwards.
   *
   * @param weight float32 [out, in] on the CPU
   * @param bias float32 [out]
   * @throws IllegalArgumentException for other tensors, or weights that float16 cannot hold
   * @throws IllegalStateException if this machine cannot do it, see {@link #isSupported}
   */
  public static PackedLinear of(Tensor weight, Tensor bias) {
    if (!SUPPORTED) {
      throw new IllegalStateException("this machine cannot pack linear layers; use Nn.linear");
    }
    boolean fits =
        weight.dim() == 2
            && bias.dim() == 1
            && weight.size(0) == bias.size(0)
            && weight.dtype() == DType.F32
            && bias.dtype() == DType.F32
            && !weight.raw().is_cuda();
    if (!fits) {
      throw new IllegalArgumentException(
          "a packed layer is made of float32 [out, in] and [out] on the CPU, got %s %s and %s %s"
              .formatted(
                  weight.dtype(),
                  java.util.Arrays.toString(weight.shape()),
                  bias.dtype(),
                  java.util.Arrays.toString(bias.shape())));
    }
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      double largest = weight.abs().max().item();
      if (!(largest <= MOST)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "the largest weight is %g, float16 holds up to %g", largest, MOST));
      }
      return pack(weight, bias);
    }
  }

  private static PackedLinear pack(Tensor weight, Tensor bias) {
    try (org.bytedeco.pytorch.Tensor contiguous = weight.raw().contiguous();
        IValue w = new IValue(contiguous);
        IValue b = new IValue(bias.raw());
        IValueVector stack = new IValueVector(w, b);
        OperatorHandle prepack =
            Dispatcher.singleton().findSchemaOrThrow("quantized::linear_prepack_fp16", "")) {
      prepack.callBoxed(stack);
      return new PackedLinear(weight.size(1), weight.size(0), new IValue(stack.get(0)));
    }
  }

  private static final class Operator {
    static final OperatorHandle LINEAR =
        Dispatcher.singleton().findSchemaOrThrow("quantized::linear_dynamic_fp16", "");
  }

  /**
   * The layer over the last dimension, without gradients.
   *
   * @param x float32 [..., in] on the CPU
   * @return [..., out]
   */
  public Tensor forward(Tensor x) {
    if (closed) {
      throw new IllegalStateException("the packed layer is closed");
    }
    if (x.dim() < 1 || x.size(x.dim() - 1) != in || x.dtype() != DType.F32) {
      throw new IllegalArgumentException(
          "a packed layer from %d to %d features expects float32 [..., %d], got %s %s"
              .formatted(in, out, in, x.dtype(), java.util.Arrays.toString(x.shape())));
    }
    return Native.op("packed_linear", () -> computed(x), x);
  }

  private org.bytedeco.pytorch.Tensor computed(Tensor x) {
    try (IValue input = new IValue(x.raw());
        IValueVector stack = new IValueVector(input, packed)) {
      Operator.LINEAR.callBoxed(stack);
      return new org.bytedeco.pytorch.Tensor(stack.get(0).toTensor());
    }
  }

  /** Frees the weight; nobody may be computing with it. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      packed.close();
    }
  }
}
