package dev.melange.tensor;

import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A tensor's native handle: its life, its shape and type, and its data as Java arrays. */
abstract sealed class Handle implements AutoCloseable permits Tensor {
  private static final Logger LOG = LoggerFactory.getLogger(Handle.class);
  private static final Cleaner CLEANER = Cleaner.create();

  /** The part that outlives the Java object, so that a forgotten handle can still be freed. */
  private static final class Owned implements Runnable {
    private final org.bytedeco.pytorch.Tensor raw;
    private long bytes;
    private boolean closed;

    Owned(org.bytedeco.pytorch.Tensor raw) {
      this.raw = raw;
      this.bytes = raw.nbytes();
      Memory.opened(bytes);
    }

    synchronized boolean close() {
      if (closed) {
        return false;
      }
      closed = true;
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
    if (isClosed()) {
      throw new IllegalStateException("the tensor is closed");
    }
    return owned.raw;
  }

  final org.bytedeco.pytorch.Tensor raw() {
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
    return owned.closed;
  }

  /** Frees the handle. Memory is freed once no view and no graph refers to it. Idempotent. */
  @Override
  public final void close() {
    owned.close();
    if (cleanable != null) {
      cleanable.clean();
    }
  }

  /** Replaces the storage, element type and device of this tensor by another's; keeps identity. */
  final void replaceData(Tensor data) {
    Native.call(
        "set_data",
        () -> {
          raw().set_data(data.raw());
          return null;
        },
        (Tensor) this,
        data);
    Memory.closed(owned.bytes);
    owned.bytes = raw().nbytes();
    Memory.opened(owned.bytes);
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

  /** Whether the elements lie in row-major order without gaps. */
  public final boolean isContiguous() {
    return raw().is_contiguous();
  }

  // ---- host data ----

  /** The value of a one-element tensor. */
  public final double item() {
    if (numel() != 1) {
      throw new IllegalArgumentException(
          "item() needs exactly one element, got shape " + Arrays.toString(shape()));
    }
    try (Tensor host = hostCopy(DType.F64)) {
      return host.raw().item_double();
    }
  }

  /** The value of a one-element integer tensor. */
  public final long itemLong() {
    if (numel() != 1) {
      throw new IllegalArgumentException(
          "itemLong() needs exactly one element, got shape " + Arrays.toString(shape()));
    }
    return raw().item_long();
  }

  /** All elements in row-major order, converted to float. */
  public final float[] toFloats() {
    float[] array = new float[Math.toIntExact(numel())];
    try (Tensor host = hostCopy(DType.F32)) {
      host.raw().data_ptr_float().get(array);
    }
    return array;
  }

  /** All elements in row-major order, converted to double. */
  public final double[] toDoubles() {
    double[] array = new double[Math.toIntExact(numel())];
    try (Tensor host = hostCopy(DType.F64)) {
      host.raw().data_ptr_double().get(array);
    }
    return array;
  }

  /** All elements in row-major order, converted to long. */
  public final long[] toLongs() {
    long[] array = new long[Math.toIntExact(numel())];
    try (Tensor host = hostCopy(DType.I64)) {
      host.raw().data_ptr_long().get(array);
    }
    return array;
  }

  /** All elements in row-major order, converted to int. */
  public final int[] toInts() {
    int[] array = new int[Math.toIntExact(numel())];
    try (Tensor host = hostCopy(DType.I32)) {
      host.raw().data_ptr_int().get(array);
    }
    return array;
  }

  // A contiguous copy (or another handle on the same data) on the CPU.
  private Tensor hostCopy(DType type) {
    try (Tensor cpu = ((Tensor) this).detach().to(Device.CPU);
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
    if (length > Integer.MAX_VALUE || offset < 0 || offset + length > raw().nbytes()) {
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
        .order(ByteOrder.LITTLE_ENDIAN);
  }
}
