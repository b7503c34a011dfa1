package dev.melange.tensor;

import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A tensor's native handle: its life, its shape and type, and its data as Java arrays. */
abstract sealed class Handle implements AutoCloseable permits Tensor {
  private static final Logger LOG = LoggerFactory.getLogger(Handle.class);
  private static final Cleaner CLEANER = Cleaner.create();
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8; // what the JDK can allocate

  /** The part that outlives the Java object, so that a forgotten handle can still be freed. */
  private static final class Owned extends AtomicBoolean implements Runnable {
    private static final long serialVersionUID = 1L;

    private final transient org.bytedeco.pytorch.Tensor raw;
    private volatile long bytes;

    Owned(org.bytedeco.pytorch.Tensor raw) {
      this.raw = raw;
      this.bytes = raw.nbytes();
      Memory.opened(bytes);
    }

    void resized() {
      Memory.closed(bytes);
      bytes = raw.nbytes();
      Memory.opened(bytes);
    }

    boolean close() {
      if (!compareAndSet(false, true)) {
        return false;
      }
      Memory.closed(bytes);
      raw.close();
      return true;
    }

    @Override
    public void run() {
      if (close()) {
        Memory.cleaned();
        LOG.debug("a tensor of {} bytes was never closed; open a Scope around its use", bytes);
      }
    }
  }

  private final Owned owned;
  private Scope owner;
  private Cleaner.Cleanable cleanable;

  Handle(org.bytedeco.pytorch.Tensor raw) {
    this.owned = new Owned(raw);
    Scope scope = Scope.current();
    if (scope == null) {
      disown();
    } else {
      scope.add((Tensor) this);
    }
  }

  /** The raw handle of the presets, for what this layer does not offer. It stays owned by this. */
  public org.bytedeco.pytorch.Tensor torch() {
    return raw();
  }

  final org.bytedeco.pytorch.Tensor raw() {
    if (owned.get()) {
      throw new IllegalStateException(
          "the tensor was already closed: its scope has ended. Return it from Scope.run, or hand it"
              + " to the outer scope with keep()");
    }
    return owned.raw;
  }

  final Scope owner() {
    return owner;
  }

  final void own(Scope scope) {
    owner = scope;
  }

  /**
   * Takes the tensor out of its scope: it lives until {@link #close()}. For tensors that an object
   * holds over many scopes, such as a layer's parameters.
   *
   * @return this tensor
   */
  public final Tensor disown() {
    owner = null;
    if (cleanable == null) {
      cleanable = CLEANER.register(this, owned);
    }
    return (Tensor) this;
  }

  /** Whether the tensor was closed, by hand or by its scope. */
  public final boolean isClosed() {
    return owned.get();
  }

  /** Frees the handle. Memory is freed once no view and no graph refers to it. Idempotent. */
  @Override
  public final void close() {
    owned.close();
    if (cleanable != null) {
      cleanable.clean();
    }
    if (owner != null) {
      owner.forgetClosed();
    }
  }

  /**
   * Replaces the storage, element type and device of this tensor by another's and keeps its
   * identity: whoever holds this tensor sees the new data. For parameters that move.
   */
  public final void setData(Tensor data) {
    Native.call(
        "set_data",
        () -> {
          raw().set_data(data.raw());
          return null;
        },
        (Tensor) this,
        data);
    owned.resized();
  }

  /** Number of dimensions. */
  public final int dim() {
    return (int) raw().dim();
  }

  /** Length of one dimension; negative dimensions count from the end. */
  public final long size(int dim) {
    int rank = dim();
    if (dim < -rank || dim >= rank) {
      throw new IllegalArgumentException(
          "dimension " + dim + " does not exist in shape " + Arrays.toString(shape()));
    }
    return raw().size(dim);
  }

  /** Lengths of all dimensions; empty for a scalar. */
  public final long[] shape() {
    long[] shape = new long[dim()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = raw().size(i);
    }
    return shape;
  }

  /** Number of elements. */
  public final long numel() {
    return raw().numel();
  }

  /** Element type. */
  public final DType dtype() {
    return DType.of(raw().scalar_type());
  }

  /** Where the data lives. */
  public final Device device() {
    if (!raw().is_cuda()) {
      return Device.CPU;
    }
    try (org.bytedeco.pytorch.Device device = raw().device()) {
      return new Device("cuda", device.index());
    }
  }

  /** Whether this tensor and another are views of the same memory (of any parts of it). */
  public final boolean sharesStorage(Tensor other) {
    return raw().is_alias_of(other.raw());
  }

  /** Whether the elements lie in row-major order without gaps. */
  public final boolean isContiguous() {
    return raw().is_contiguous();
  }

  // ---- host data ----

  /** The value of a one-element real or boolean tensor. */
  public final double item() {
    checkOneElement("item()");
    checkReal("item()");
    return raw().item_double();
  }

  /**
   * The value of a one-element integer or boolean tensor.
   *
   * @throws IllegalArgumentException for floating-point tensors: nothing is rounded silently
   */
  public final long itemLong() {
    checkOneElement("itemLong()");
    DType type = dtype();
    if (type.isFloating() || type.isComplex()) {
      throw new IllegalArgumentException(
          "itemLong() needs an integer tensor, got " + type.torchName() + "; call item()");
    }
    return raw().item_long();
  }

  private void checkOneElement(String method) {
    if (numel() != 1) {
      throw new IllegalArgumentException(
          method + " needs exactly one element, got shape " + Arrays.toString(shape()));
    }
  }

  private void checkReal(String method) {
    if (dtype().isComplex()) {
      throw new IllegalArgumentException(
          method
              + " needs real numbers, got "
              + dtype().torchName()
              + "; call real(), imag() or viewAsReal()");
    }
  }

  /** All elements in row-major order, converted to float. */
  public final float[] toFloats() {
    float[] array = new float[arrayLength("toFloats()")];
    if (array.length > 0) {
      try (Tensor host = hostCopy(DType.F32)) {
        host.raw().data_ptr_float().get(array);
      }
    }
    return array;
  }

  /** All elements in row-major order, converted to double. */
  public final double[] toDoubles() {
    double[] array = new double[arrayLength("toDoubles()")];
    if (array.length > 0) {
      try (Tensor host = hostCopy(DType.F64)) {
        host.raw().data_ptr_double().get(array);
      }
    }
    return array;
  }

  /** All elements in row-major order, converted to long (towards zero). */
  public final long[] toLongs() {
    long[] array = new long[arrayLength("toLongs()")];
    if (array.length > 0) {
      try (Tensor host = hostCopy(DType.I64)) {
        host.raw().data_ptr_long().get(array);
      }
    }
    return array;
  }

  /** All elements in row-major order, converted to int (towards zero). */
  public final int[] toInts() {
    int[] array = new int[arrayLength("toInts()")];
    if (array.length > 0) {
      try (Tensor host = hostCopy(DType.I32)) {
        host.raw().data_ptr_int().get(array);
      }
    }
    return array;
  }

  private int arrayLength(String method) {
    checkReal(method);
    long count = numel();
    if (count > MAX_ARRAY) {
      throw new IllegalArgumentException(
          "%s: a Java array holds at most %d elements, the tensor has %d (shape %s); read it in slices"
              .formatted(method, MAX_ARRAY, count, Arrays.toString(shape())));
    }
    return (int) count;
  }

  // A contiguous copy (or another handle on the same data) on the CPU.
  private Tensor hostCopy(DType type) {
    try (Tensor plain = ((Tensor) this).detach();
        Tensor cpu = plain.to(Device.CPU);
        Tensor typed = cpu.to(type)) {
      return typed.contiguous();
    }
  }

  /**
   * The memory itself as a direct little-endian buffer, without a copy. Valid while the tensor is
   * open.
   *
   * @throws IllegalStateException if the tensor is not contiguous, not on the CPU, or over 2 GB
   */
  public final ByteBuffer buffer() {
    return buffer(0, raw().nbytes());
  }

  /** A part of {@link #buffer()}: {@code length} bytes from {@code offset}. */
  public final ByteBuffer buffer(long offset, long length) {
    if (raw().is_cuda() || !isContiguous()) {
      throw new IllegalStateException(
          "only contiguous tensors on the CPU have a buffer; call to(Device.CPU).contiguous()");
    }
    if (length < 0
        || length > Integer.MAX_VALUE
        || offset < 0
        || offset > raw().nbytes() - length) {
      throw new IllegalStateException(
          "buffer of " + length + " bytes from " + offset + " of " + raw().nbytes() + " bytes");
    }
    if (length == 0) {
      return ByteBuffer.allocateDirect(0).order(ByteOrder.LITTLE_ENDIAN);
    }
    Pointer data = raw().data_ptr();
    BytePointer bytes = new BytePointer(data);
    return bytes
        .position(offset)
        .limit(offset + length)
        .asByteBuffer()
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN);
  }
}
