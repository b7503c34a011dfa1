package dev.melange.nn;

import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A part of a model: named parameters, named buffers, named children, and a mode.
 *
 * <p>A subclass registers its parts in its constructor and defines a {@code forward} of its own;
 * layers from one tensor to one tensor extend {@link UnaryLayer}. Names joined by dots are the
 * names in the state dict, which are those of the official implementation.
 *
 * <p>A layer owns its tensors: they outlive the scope in which it was built, until {@link
 * #close()}. {@code forward} may be called by several threads at once as long as nobody changes the
 * layer; layers with running statistics say so by {@link #hasBatchStatistics()}.
 */
public abstract class Layer implements AutoCloseable {
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final Map<String, Tensor> buffers = new LinkedHashMap<>();
  private final Map<String, Tensor> constants = new LinkedHashMap<>();
  private final Map<String, Layer> children = new LinkedHashMap<>();
  private ModelOrigin origin; // null for layers that are no model of a catalogue
  private boolean training;

  // ---- registration ----

  /** Registers a trainable tensor under a name and returns it. */
  protected final Tensor parameter(String name, Tensor value) {
    checkFree(name);
    parameters.put(name, value.disown().requiresGrad_(true));
    return value;
  }

  /** Registers a tensor that is saved but not trained, such as a running mean, and returns it. */
  protected final Tensor buffer(String name, Tensor value) {
    checkFree(name);
    buffers.put(name, value.disown());
    return value;
  }

  /**
   * Registers a tensor that is neither trained nor saved, such as a table of sines, and returns it.
   * It follows {@link #to}; make it in float64, so that float64 verification is exact.
   */
  protected final Tensor constant(String name, Tensor value) {
    checkFree(name);
    constants.put(name, value.disown());
    return value;
  }

  /** Registers a child layer under a name and returns it. A name may contain dots. */
  protected final <L extends Layer> L child(String name, L layer) {
    checkFree(name);
    children.put(name, layer);
    return layer;
  }

  /**
   * Puts another layer in the place of a child and frees the old one, as for a new classifier. The
   * new one is converted to the old one's element type, device and mode.
   *
   * @throws IllegalStateException if there is no child of that name
   */
  protected final <L extends Layer> L replaceChild(String name, L layer) {
    requireChild(name);
    Layer old = children.get(name);
    matchTo(old, layer);
    children.put(name, layer);
    old.close();
    return layer;
  }

  /**
   * As {@link #replaceChild}, with one layer in the place of several children, under a new name.
   *
   * @param names of the children that are freed
   * @throws IllegalStateException if there is no child of one of these names
   */
  protected final <L extends Layer> L replaceChildren(
      Collection<String> names, String name, L layer) {
    names.forEach(this::requireChild);
    matchTo(children.get(names.iterator().next()), layer);
    names.forEach(old -> children.remove(old).close());
    return child(name, layer);
  }

  private void requireChild(String name) {
    if (!children.containsKey(name)) {
      throw new IllegalStateException(
          "%s has no child '%s' to replace; its children are %s"
              .formatted(getClass().getSimpleName(), name, children.keySet()));
    }
  }

  private static void matchTo(Layer old, Layer layer) {
    old.parameters().values().stream()
        .findFirst()
        .ifPresent(
            tensor -> {
              layer.to(tensor.dtype());
              layer.to(tensor.device());
            });
    layer.train(old.training);
  }

  private void checkFree(String name) {
    if (name.isEmpty()
        || parameters.containsKey(name)
        || buffers.containsKey(name)
        || constants.containsKey(name)
        || children.containsKey(name)) {
      throw new IllegalStateException(
          "the name '" + name + "' is empty or already used in " + getClass().getSimpleName());
    }
  }

  // ---- structure ----

  /** What this model was made from; nothing for a layer that is no model of a catalogue. */
  public final Optional<ModelOrigin> origin() {
    return Optional.ofNullable(origin);
  }

  /** Says what this model was made from; it goes into the files of its weights. */
  public final void origin(ModelOrigin from) {
    origin = from;
  }

  /** The direct children in order of registration, by name. */
  public final Map<String, Layer> children() {
    return Collections.unmodifiableMap(children);
  }

  /** Visits this layer (with the empty name) and all layers below it, parents first. */
  public final void visit(BiConsumer<String, Layer> visitor) {
    visit("", visitor);
  }

  private void visit(String path, BiConsumer<String, Layer> visitor) {
    visitor.accept(path, this);
    String prefix = path.isEmpty() ? "" : path + ".";
    children.forEach((name, child) -> child.visit(prefix + name, visitor));
  }

  /** The tensors that this layer itself holds, without those of the layers below. */
  final List<Tensor> ownTensors() {
    List<Tensor> own = new ArrayList<>(parameters.values());
    own.addAll(buffers.values());
    own.addAll(constants.values());
    return own;
  }

  private Map<String, Tensor> collect(java.util.function.Function<Layer, Map<String, Tensor>> own) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    visit(
        (path, layer) -> {
          String prefix = path.isEmpty() ? "" : path + ".";
          own.apply(layer).forEach((name, tensor) -> all.put(prefix + name, tensor));
        });
    return all;
  }

  /** All trainable tensors by full name, parents before children. */
  public final Map<String, Tensor> parameters() {
    return collect(layer -> layer.parameters);
  }

  /** All saved but untrained tensors by full name. */
  public final Map<String, Tensor> buffers() {
    return collect(layer -> layer.buffers);
  }

  /** Parameters and buffers by full name: what a weight file holds. */
  public final Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    visit(
        (path, layer) -> {
          String prefix = path.isEmpty() ? "" : path + ".";
          layer.parameters.forEach((name, tensor) -> state.put(prefix + name, tensor));
          layer.buffers.forEach((name, tensor) -> state.put(prefix + name, tensor));
        });
    return state;
  }

  /** Number of trainable numbers. */
  public final long parameterCount() {
    return parameters().values().stream().mapToLong(Tensor::numel).sum();
  }

  /** Element type of the first parameter; float32 for a layer without any. */
  public final DType dtype() {
    return parameters().values().stream().findFirst().map(Tensor::dtype).orElse(DType.F32);
  }

  // ---- weights ----

  /**
   * Copies weights into this layer, converting their element type. Nothing is changed unless all
   * names and shapes match.
   *
   * @param weights tensors by full name
   * @throws IllegalArgumentException listing all missing, unexpected and mis-shaped names
   */
  public final void load(Map<String, Tensor> weights) {
    LoadReport report = compare(weights);
    if (!report.isExact()) {
      throw new IllegalArgumentException(report.message(getClass().getSimpleName()));
    }
    copyMatching(weights);
  }

  /**
   * Copies the weights that match by name and shape, or that a layer can make fit ({@link
   * #fitted}), and leaves the others as they are.
   *
   * @return what was loaded, made to fit, missing, unexpected and mis-shaped
   */
  public final LoadReport loadMatching(Map<String, Tensor> weights) {
    try (Scope scope = Scope.open()) {
      Map<String, Tensor> fitting = new LinkedHashMap<>(weights);
      List<String> fitted = fit(fitting);
      LoadReport report = compare(fitting);
      copyMatching(fitting);
      return new LoadReport(
          report.loaded(), fitted, report.missing(), report.unexpected(), report.misshaped());
    }
  }

  /**
   * A stored weight of this layer made to fit, where the method says how, as for maps of another
   * size.
   *
   * @param name of the weight in this layer
   * @param stored the weight, of another shape than this layer's
   * @return of this layer's shape; nothing, the default, if there is no way
   */
  protected Optional<Tensor> fitted(String name, Tensor stored) {
    return Optional.empty();
  }

  /** Makes weights of other shapes fit in their map and returns their names. */
  private List<String> fit(Map<String, Tensor> weights) {
    List<String> names = new ArrayList<>();
    visit(
        (path, layer) -> {
          Map<String, Tensor> own = new LinkedHashMap<>(layer.parameters);
          own.putAll(layer.buffers);
          own.forEach(
              (name, tensor) -> {
                String full = path.isEmpty() ? name : path + "." + name;
                Tensor stored = weights.get(full);
                if (stored != null && !Arrays.equals(stored.shape(), tensor.shape())) {
                  layer
                      .fitted(name, stored)
                      .ifPresent(
                          value -> {
                            weights.put(full, value);
                            names.add(full);
                          });
                }
              });
        });
    return names;
  }

  private LoadReport compare(Map<String, Tensor> weights) {
    Map<String, Tensor> own = state();
    List<String> loaded = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    List<String> misshaped = new ArrayList<>();
    own.forEach(
        (name, tensor) -> {
          Tensor given = weights.get(name);
          if (given == null) {
            missing.add(name);
          } else if (!Arrays.equals(given.shape(), tensor.shape())) {
            misshaped.add(
                "weight %s has shape %s, file has %s%s"
                    .formatted(
                        name,
                        Arrays.toString(tensor.shape()),
                        Arrays.toString(given.shape()),
                        isTransposed(given.shape(), tensor.shape())
                            ? "; is the checkpoint transposed?"
                            : ""));
          } else {
            loaded.add(name);
          }
        });
    List<String> unexpected = new ArrayList<>(weights.keySet());
    unexpected.removeAll(own.keySet());
    return new LoadReport(loaded, List.of(), missing, unexpected, misshaped);
  }

  private static boolean isTransposed(long[] a, long[] b) {
    return a.length == 2 && b.length == 2 && a[0] == b[1] && a[1] == b[0];
  }

  private void copyMatching(Map<String, Tensor> weights) {
    try (var guard = dev.melange.tensor.Autograd.noGrad();
        Scope scope = Scope.open()) {
      state()
          .forEach(
              (name, tensor) -> {
                Tensor given = weights.get(name);
                if (given != null && Arrays.equals(given.shape(), tensor.shape())) {
                  tensor.copy_(given);
                }
              });
    }
  }

  // ---- mode, type, device ----

  /** Switches this layer and all below to training mode (or back). Returns nothing to chain. */
  public final void train(boolean on) {
    visit((path, layer) -> layer.training = on);
  }

  /** Switches to training mode. */
  public final void train() {
    train(true);
  }

  /** Switches to inference mode. New layers are in inference mode. */
  public final void eval() {
    train(false);
  }

  /** Whether the layer is in training mode. */
  public final boolean isTraining() {
    return training;
  }

  /** Whether this layer or one below uses statistics of the batch in training (batch norm). */
  public boolean hasBatchStatistics() {
    return children.values().stream().anyMatch(Layer::hasBatchStatistics);
  }

  /** Converts all floating-point tensors to an element type. Call before building an optimiser. */
  public final void to(DType type) {
    convert(tensor -> tensor.setData(tensor.detach().to(type)), true);
  }

  /** Moves all tensors to a device. Call before building an optimiser. */
  public final void to(Device device) {
    convert(tensor -> tensor.setData(tensor.detach().to(device)), false);
  }

  private void convert(Consumer<Tensor> change, boolean floatingOnly) {
    try (Scope scope = Scope.open()) {
      visit(
          (path, layer) -> {
            for (Map<String, Tensor> map :
                List.of(layer.parameters, layer.buffers, layer.constants)) {
              for (Tensor tensor : map.values()) {
                if (!floatingOnly || tensor.dtype().isFloating()) {
                  change.accept(tensor);
                }
              }
            }
          });
    }
  }

  /** Excludes the parameters of this layer and all below from training (or includes them again). */
  public final void freeze(boolean frozen) {
    visit((path, layer) -> layer.parameters.values().forEach(p -> p.requiresGrad_(!frozen)));
  }

  /**
   * Runs a block of the forward pass in a scope of its own, so that its intermediate tensors are
   * freed when it ends (those that a backward pass needs stay with the graph).
   */
  protected static Tensor scoped(Supplier<Tensor> block) {
    return Scope.run(block);
  }

  /**
   * Runs layers one after the other, each in a scope of its own. What one hands to the next is
   * freed as soon as that has ended: a long chain needs no more memory than its largest link,
   * unless gradients are recorded.
   *
   * @param x the first layer's input; not freed
   */
  protected static Tensor chain(Tensor x, Iterable<? extends UnaryLayer> layers) {
    Tensor y = x;
    for (UnaryLayer layer : layers) {
      Tensor in = y;
      y = in == x ? scoped(() -> layer.forward(in)) : Scope.replace(in, layer::forward);
    }
    return y;
  }

  /** Frees all tensors of this layer and of all below. */
  @Override
  public void close() {
    visit(
        (path, layer) -> {
          layer.parameters.values().forEach(Tensor::close);
          layer.buffers.values().forEach(Tensor::close);
          layer.constants.values().forEach(Tensor::close);
        });
  }
}
