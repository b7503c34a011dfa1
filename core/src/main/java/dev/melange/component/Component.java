package dev.melange.component;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.nn.Layer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * A named computation that can be verified: built from a JSON configuration, with named weights,
 * inputs and outputs. Models, layers, losses, policies, metrics and data rules are all components;
 * what a reference implementation computes for one is a golden file ({@link Verifier}).
 *
 * <pre>{@code
 * Component.of("vision/poolformer", PoolFormer.Config.class, PoolFormer::new,
 *     (model, in) -> Map.of("logits", model.forward(in.get("x"))));
 *
 * Component.function("loss/mixup-label", MixupLoss.Config.class,
 *     (config, in) -> Map.of("loss", ...));
 * }</pre>
 */
public final class Component {
  /**
   * Runs a layer on inputs.
   *
   * @param <L> the layer's type
   */
  @FunctionalInterface
  public interface Run<L> {
    /** Returns the outputs by name. */
    Map<String, Tensor> apply(L layer, Inputs inputs);
  }

  /**
   * Runs a computation without weights.
   *
   * @param <C> the configuration's type
   */
  @FunctionalInterface
  public interface Function<C> {
    /** Returns the outputs by name. */
    Map<String, Tensor> apply(C config, Inputs inputs);
  }

  /**
   * Makes a layer whose sizes are those of given weights.
   *
   * @param <C> the configuration's type
   * @param <L> the layer's type
   */
  @FunctionalInterface
  public interface Sized<C, L> {
    /** Returns the layer for weights by name; their values are loaded afterwards. */
    L build(C config, Map<String, Tensor> weights, Rng rng);
  }

  /**
   * Runs a layer on inputs, as a configuration says.
   *
   * @param <C> the configuration's type
   * @param <L> the layer's type
   */
  @FunctionalInterface
  public interface ConfiguredRun<C, L> {
    /** Returns the outputs by name. */
    Map<String, Tensor> apply(C config, L layer, Inputs inputs);
  }

  /** A component built from a configuration: its weights, and its computation. */
  public static final class Built {
    private final Layer layer;
    private final java.util.function.Function<Inputs, Map<String, Tensor>> run;

    private Built(Layer layer, java.util.function.Function<Inputs, Map<String, Tensor>> run) {
      this.layer = layer;
      this.run = run;
    }

    /** The layer that holds the weights; one without parts for a component without weights. */
    public Layer layer() {
      return layer;
    }

    /** Computes the outputs by name. */
    public Map<String, Tensor> run(Inputs inputs) {
      return run.apply(inputs);
    }
  }

  private interface Maker {
    Built make(Record config, Map<String, Tensor> weights, Rng rng);
  }

  private static final class NoWeights extends Layer {}

  private final String name;
  private final Class<? extends Record> configType;
  private final Maker maker;
  private final java.util.function.Function<Record, Map<String, Tensor>> example; // or null

  private Component(
      String name,
      Class<? extends Record> configType,
      Maker maker,
      java.util.function.Function<Record, Map<String, Tensor>> example) {
    this.name = name;
    this.configType = configType;
    this.maker = maker;
    this.example = example;
  }

  /**
   * A component with weights.
   *
   * @param name {@code family/name}
   * @param config the configuration's record; its components are the JSON keys
   * @param build makes the layer from a configuration with initial weights from the stream
   * @param run computes the outputs; the layer is in the mode and type asked for
   */
  public static <C extends Record, L extends Layer> Component of(
      String name, Class<C> config, BiFunction<C, Rng, L> build, Run<L> run) {
    return new Component(
        name,
        config,
        (values, weights, rng) -> {
          L layer = build.apply(config.cast(values), rng);
          return new Built(layer, inputs -> run.apply(layer, inputs));
        },
        null);
  }

  /**
   * A component with weights whose sizes are not in its configuration, such as a loss of a network
   * of any width.
   *
   * @param name {@code family/name}
   * @param config the configuration's record; its components are the JSON keys
   * @param build makes the layer with the sizes of the given weights
   * @param run computes the outputs; the layer is in the mode and type asked for
   */
  public static <C extends Record, L extends Layer> Component sizedByWeights(
      String name, Class<C> config, Sized<C, L> build, ConfiguredRun<C, L> run) {
    return new Component(
        name,
        config,
        (values, weights, rng) -> {
          C typed = config.cast(values);
          L layer = build.build(typed, weights, rng);
          return new Built(layer, inputs -> run.apply(typed, layer, inputs));
        },
        null);
  }

  /** A component without weights. */
  public static <C extends Record> Component function(
      String name, Class<C> config, Function<C> run) {
    return new Component(
        name,
        config,
        (values, weights, rng) -> {
          C typed = config.cast(values);
          return new Built(new NoWeights(), inputs -> run.apply(typed, inputs));
        },
        null);
  }

  /**
   * This component with inputs of the usual shapes, for those who only want to see it run, such as
   * {@code melange summary}.
   *
   * @param config the configuration's record
   * @param inputs makes inputs by name for a configuration, in a batch of one; values do not matter
   */
  public <C extends Record> Component withExample(
      Class<C> config, java.util.function.Function<C, Map<String, Tensor>> inputs) {
    return new Component(name, configType, maker, values -> inputs.apply(config.cast(values)));
  }

  /** Inputs of the usual shapes in a batch of one, if the component offers them. */
  public Optional<Map<String, Tensor>> example(Record config) {
    return example == null ? Optional.empty() : Optional.of(example.apply(config));
  }

  /** The name, {@code family/name}. */
  public String name() {
    return name;
  }

  /** The configuration's record. */
  public Class<? extends Record> configType() {
    return configType;
  }

  /**
   * Builds the component from JSON.
   *
   * @throws IllegalArgumentException for unknown keys (with a suggestion) or wrong values
   */
  public Built build(JsonNode config, Rng rng) {
    return build(config, Map.of(), rng);
  }

  /**
   * Builds the component from JSON with the sizes of given weights, where its configuration leaves
   * them open; their values are not loaded.
   *
   * @throws IllegalArgumentException for unknown keys (with a suggestion) or wrong values
   */
  public Built build(JsonNode config, Map<String, Tensor> weights, Rng rng) {
    return build(Configs.read(configType, config, name), weights, rng);
  }

  /** Builds the component from its configuration record. */
  public Built build(Record config, Rng rng) {
    return build(config, Map.of(), rng);
  }

  private Built build(Record config, Map<String, Tensor> weights, Rng rng) {
    try (Scope scope =
        Scope.open()) { // for what initialising leaves over; layers own their tensors
      return maker.make(configType.cast(config), weights, rng);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
