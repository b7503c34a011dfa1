package dev.melange.train;

import dev.melange.tensor.Device;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * A batch as named tensors, such as {@code image} [B, C, H, W] and {@code label} [B]. All have the
 * examples as their first dimension; a tensor without dimensions (a mixing ratio, say) belongs to
 * the whole batch.
 */
public final class TensorBatch {
  private final Map<String, Tensor> tensors;
  private final IntFunction<String> ids;
  private final int size;

  private TensorBatch(Map<String, Tensor> tensors, IntFunction<String> ids) {
    this.tensors = tensors;
    this.ids = ids;
    this.size = commonSize(tensors);
  }

  /**
   * A batch.
   *
   * @param tensors by name; at least one has a dimension, and all first dimensions agree
   * @param ids what messages call the examples, by their place in the batch
   */
  public static TensorBatch of(Map<String, Tensor> tensors, IntFunction<String> ids) {
    return new TensorBatch(new LinkedHashMap<>(tensors), ids);
  }

  /** A batch whose examples are called by their place. */
  public static TensorBatch of(Map<String, Tensor> tensors) {
    return of(tensors, i -> "example " + i);
  }

  private static int commonSize(Map<String, Tensor> tensors) {
    long size = -1;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      long[] shape = entry.getValue().shape();
      if (shape.length == 0) {
        continue;
      }
      if (size >= 0 && shape[0] != size) {
        throw new IllegalArgumentException(
            "the tensors of a batch have the same first dimension, got %d and %d ('%s')"
                .formatted(size, shape[0], entry.getKey()));
      }
      size = shape[0];
    }
    if (size < 0) {
      throw new IllegalArgumentException(
          "a batch needs a tensor with a dimension, got " + tensors.keySet());
    }
    return Math.toIntExact(size);
  }

  /** Number of examples. */
  public int size() {
    return size;
  }

  /** The names, in order. */
  public List<String> names() {
    return List.copyOf(tensors.keySet());
  }

  /** The tensors by name. */
  public Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /**
   * A tensor by name.
   *
   * @throws IllegalArgumentException if there is none; names those that there are
   */
  public Tensor get(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "the batch has no tensor '%s'; it has %s".formatted(name, tensors.keySet()));
    }
    return tensor;
  }

  /** Whether there is a tensor of that name. */
  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  /** The batch with one more tensor, or with another one under the name. */
  public TensorBatch with(String name, Tensor tensor) {
    Map<String, Tensor> changed = new LinkedHashMap<>(tensors);
    changed.put(name, tensor);
    return new TensorBatch(changed, ids);
  }

  /** What messages call an example, by its place in the batch. */
  public String id(int index) {
    return ids.apply(index);
  }

  /** The examples {@code from .. to - 1} as views. */
  public TensorBatch slice(int from, int to) {
    Map<String, Tensor> part = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) ->
            part.put(name, tensor.dim() == 0 ? tensor : tensor.narrow(0, from, to - from)));
    return new TensorBatch(part, i -> ids.apply(from + i));
  }

  /** The batch cut into at most so many parts of nearly equal size, in order. */
  public List<TensorBatch> split(int parts) {
    int count = Math.max(1, Math.min(parts, size));
    if (count == 1) {
      return List.of(this);
    }
    List<TensorBatch> result = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      result.add(slice((int) ((long) size * i / count), (int) ((long) size * (i + 1) / count)));
    }
    return result;
  }

  /** The batch on a device; the same if it is there already. */
  public TensorBatch to(Device device) {
    if (tensors.values().stream().allMatch(tensor -> tensor.device().equals(device))) {
      return this;
    }
    Map<String, Tensor> moved = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> moved.put(name, tensor.to(device)));
    return new TensorBatch(moved, ids);
  }
}
