package dev.melange.nn.spiking;

import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Ordinary layers over a time axis: all steps are one large batch, which also means that batch
 * statistics are over time and batch together.
 */
public final class Steps {
  private Steps() {}

  /** Runs a layer on all steps at once: [T, B, ...] to [T, B, ...]. */
  public static Tensor apply(UnaryLayer layer, Tensor x) {
    return apply(layer::forward, x);
  }

  /** Runs a function of batches on all steps at once: [T, B, ...] to [T, B, ...]. */
  public static Tensor apply(UnaryOperator<Tensor> function, Tensor x) {
    return function.apply(x.flatten(0, 1)).unflatten(0, x.size(0), x.size(1));
  }
}
