package dev.melange.papers;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.Optional;

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
   * Inputs of the usual shapes in a batch of one, owned by the current scope; empty if the
   * component offers none.
   *
   * @param overrides changed configuration keys, key to value as text
   * @throws IllegalArgumentException for unknown keys or wrong values
   */
  public Map<String, Tensor> example(Map<String, String> overrides) {
    return component.example(config(overrides)).orElse(Map.of());
  }

  /**
   * The configuration with some keys changed; {@code mixer} is none of its keys and left out.
   *
   * @throws IllegalArgumentException for unknown keys or wrong values
   */
  public Record config(Map<String, String> overrides) {
    Map<String, String> keys = new LinkedHashMap<>(overrides);
    MixerChoice.takeFrom(keys, config);
    return Configs.with(config, keys, name);
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

  /**
   * A new, untrained model with some configuration keys changed.
   *
   * @param overrides key to value as text, {@code mixer} among them ({@link MixerChoice})
   * @throws IllegalArgumentException for unknown keys or wrong values
   */
  public Layer create(Map<String, String> overrides, Rng rng) {
    try (Scope scope = Scope.open()) {
      return build(overrides, example(overrides), rng).layer();
    }
  }

  /** A new, untrained model of a configuration of the component's type. */
  public Layer create(Record changed, Rng rng) {
    return create(changed, null, rng);
  }

  /**
   * A new, untrained model with other token mixers.
   *
   * @param changed a configuration of the component's type
   * @param mixers null for the model's own
   */
  Layer create(Record changed, MixerChoice mixers, Rng rng) {
    return build(changed, mixers, rng).layer();
  }

  /**
   * The model as a component, untrained.
   *
   * @param changed a configuration of the component's type
   * @param mixers what is to stand in the place of its token mixers; null for its own
   */
  private Component.Built build(Record changed, MixerChoice mixers, Rng rng) {
    Component.Built built = component.build(changed, rng);
    Layer layer = built.layer();
    ObjectNode json = Configs.toJson(changed);
    if (mixers != null) {
      try {
        mixers.install(name, layer, rng);
      } catch (RuntimeException e) {
        layer.close();
        throw e;
      }
      json.set(MixerChoice.KEY, mixers.toJson());
    }
    layer.origin(new ModelOrigin(name, json));
    return built;
  }

  /**
   * As {@link #create(Map, Rng)}, with the computation from the component's inputs to its outputs.
   *
   * @param overrides as there
   * @param inputs what it will see: token mixers are made for the size of the images among them
   */
  public Component.Built build(Map<String, String> overrides, Map<String, Tensor> inputs, Rng rng) {
    Map<String, String> keys = new LinkedHashMap<>(overrides);
    Optional<String> mixers = MixerChoice.takeFrom(keys, config);
    // what sees no images is refused as having no token mixers
    int[] size =
        inputs.values().stream()
            .filter(tensor -> tensor.dim() == 4)
            .findFirst()
            .map(images -> new int[] {(int) images.size(2), (int) images.size(3)})
            .orElse(new int[2]);
    return build(
        Configs.with(config, keys, name),
        mixers.map(text -> MixerChoice.parse(text, size[0], size[1])).orElse(null),
        rng);
  }

  /**
   * The model of a {@link ModelOrigin}, untrained: weights that were saved with this configuration
   * can be loaded into it.
   *
   * @param stored a whole configuration
   * @throws IllegalArgumentException if the configuration is not one of this model's component
   */
  public Layer create(ObjectNode stored, Rng rng) {
    ObjectNode json = stored.deepCopy();
    MixerChoice mixers = MixerChoice.takeFrom(json, component.configType()).orElse(null);
    return create(Configs.read(component.configType(), json, name), mixers, rng);
  }
}
