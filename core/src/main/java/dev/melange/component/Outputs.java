package dev.melange.component;

import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** Named outputs in the order in which they were put. */
public final class Outputs {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  /** Adds an output. Returns this. */
  public Outputs put(String name, Tensor tensor) {
    tensors.put(name, tensor);
    return this;
  }

  /** Adds a float64 number as a scalar. Returns this. */
  public Outputs put(String name, double value) {
    return put(name, Tensor.scalar(value, DType.F64));
  }

  /** Adds an integer as an int64 scalar. Returns this. */
  public Outputs put(String name, long value) {
    return put(name, Tensor.zeros(DType.I64, Device.CPU).fill_((double) value));
  }

  /** Adds a float64 vector. Returns this. */
  public Outputs put(String name, double[] values) {
    return put(name, Tensor.of(values));
  }

  /** Adds an int64 vector. Returns this. */
  public Outputs put(String name, long[] values) {
    return put(name, Tensor.of(values));
  }

  /** The outputs by name. */
  public Map<String, Tensor> map() {
    return tensors;
  }
}
