package dev.melange.nn;

import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Layers run one after the other, each in a scope of its own. Named 0, 1, 2, ... or as given. */
public final class Sequential extends UnaryLayer {
  private final List<UnaryLayer> layers;

  /** Layers named by position. */
  public Sequential(UnaryLayer... layers) {
    this.layers = List.of(layers);
    for (int i = 0; i < layers.length; i++) {
      child(String.valueOf(i), layers[i]);
    }
  }

  /**
   * Layers with names, in the map's order; gaps in numbered names stand for parameter-free steps.
   */
  public Sequential(Map<String, ? extends UnaryLayer> layers) {
    Map<String, UnaryLayer> ordered = new LinkedHashMap<>(layers);
    this.layers = List.copyOf(ordered.values());
    ordered.forEach(this::child);
  }

  @Override
  public Tensor forward(Tensor x) {
    return chain(x, layers);
  }
}
