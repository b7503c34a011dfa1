package dev.melange.papers;

import dev.melange.component.Component;
import dev.melange.component.Configs;
import dev.melange.nn.Layer;
import dev.melange.nn.ModelOrigin;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A published model: a name, a component and its configuration.
 *
 * @param name for instance {@code poolformer_s12}
 * @param component what builds it
 * @param config its configuration, a record of the component's type
 * @param facts what the paper reports, such as {@code params} or {@code top-1}, for display
 * @param weights its published weights, if they come with the library; null otherwise
 */
public record Model(
    String name,
    Component component,
    Record config,
    Map<String, String> facts,
    PublishedWeights weights) {
  /** Weights that come with the library. */
  @FunctionalInterface
  public interface PublishedWeights {
    /** The weights by name, owned by the current scope. */
    Map<String, Tensor> read() throws IOException;
  }

  /** Checks that the configuration is the component's. */
  public Model {
    if (!component.configType().isInstance(config)) {
      throw new IllegalArgumentException(
          name + ": " + component + " is configured by " + component.configType().getName());
    }
    facts = new LinkedHashMap<>(facts);
  }

  /** A model whose weights do not come with the library. */
  public Model(String name, Component component, Record config, Map<String, String> facts) {
    this(name, component, config, facts, null);
  }

  /** A model without reported facts. */
  public static Model of(String name, Component component, Record config) {
    return new Model(name, component, config, Map.of());
  }

  /** The task: the component's family, such as {@code vision}, {@code series}, {@code tabular}. */
  public String task() {
    return component.name().substring(0, component.name().indexOf('/'));
  }

  /**
   * The configuration with some keys changed.
   *
   * @param overrides key to value as text
   * @throws IllegalArgumentException for unknown keys or wrong values
   */
  public Record configWith(Map<String, String> overrides) {
    return Configs.with(config, overrides, name);
  }

  /** A new, untrained model. */
  public Layer create(Rng rng) {
    return create(config, rng);
  }

  /**
   * A model with its published weights, in inference mode. To be closed.
   *
   * @throws IllegalArgumentException if they do not come with the library
   */
  public Layer load() throws IOException {
    if (weights == null) {
      throw new IllegalArgumentException(
          "the weights of %s do not come with the library; create it and load them from a file"
              .formatted(name));
    }
    Layer layer = create(new Rng(0));
    try (Scope scope = Scope.open()) {
      layer.load(weights.read());
    }
    layer.eval();
    return layer;
  }

  /** A new, untrained model with some configuration keys changed. */
  public Layer create(Map<String, String> overrides, Rng rng) {
    return create(configWith(overrides), rng);
  }

  /** A new, untrained model of a configuration of the component's type. */
  public Layer create(Record changed, Rng rng) {
    Layer layer = component.build(changed, rng).layer();
    layer.origin(new ModelOrigin(name, Configs.toJson(changed)));
    return layer;
  }
}
