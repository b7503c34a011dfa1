package dev.melange.component;

import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.TreeSet;

/** The named inputs of a {@link Component}, and the mode it runs in. */
public final class Inputs {
  private final Map<String, Tensor> tensors;
  private final boolean training;

  /** Inputs by name. */
  public Inputs(Map<String, Tensor> tensors, boolean training) {
    this.tensors = Collections.unmodifiableMap(tensors);
    this.training = training;
  }

  /**
   * An input that must be there.
   *
   * @throws IllegalArgumentException naming the inputs that are
   */
  public Tensor get(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "input '" + name + "' is missing; given: " + new TreeSet<>(tensors.keySet()));
    }
    return tensor;
  }

  /**
   * An input of a shape.
   *
   * @param shape its sizes, -1 for any
   * @throws IllegalArgumentException if it is missing or has another shape
   */
  public Tensor get(String name, long... shape) {
    Tensor tensor = get(name);
    boolean fits = tensor.dim() == shape.length;
    for (int i = 0; fits && i < shape.length; i++) {
      fits = shape[i] == -1 || shape[i] == tensor.size(i);
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "input '%s' must have shape %s, got %s"
              .formatted(
                  name,
                  Arrays.toString(shape).replace("-1", "n"),
                  Arrays.toString(tensor.shape())));
    }
    return tensor;
  }

  /** An input, or null. */
  public Tensor optional(String name) {
    return tensors.get(name);
  }

  /** Whether an input is given. */
  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  /** All inputs. */
  public Map<String, Tensor> all() {
    return tensors;
  }

  /** Whether the component runs in training mode. */
  public boolean isTraining() {
    return training;
  }
}
