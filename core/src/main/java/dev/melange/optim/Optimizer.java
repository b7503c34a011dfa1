package dev.melange.optim;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Updates parameters from their gradient.
 *
 * <p>Building one moves all parameters into <em>one</em> flat vector [P], group by group in order:
 * each becomes a view of its part, and whoever holds the parameter sees the new data. What the
 * optimiser remembers of earlier gradients are flat vectors of the same order.
 *
 * <p>A parameter belongs to the optimiser that was built last. Convert or move the model before
 * building one; {@link #step} refuses to work on parameters that have left the vector.
 *
 * <p>Freezing a parameter later does not take it out: it has no gradient any more but still decays.
 * Not thread-safe; several threads may read the parameters while nobody steps.
 */
public abstract class Optimizer implements AutoCloseable {
  private static final String STEP = "step";
  private static final long SLICE = 1 << 18; // elements: 1 MB stays in a core's cache
  // Below so many parameters, one thread takes less time than waking the others.
  private static final long SMALL = 1 << 19;

  /** Parameters {@code from .. to - 1}, all of one group: what is updated at once. */
  record Slice(int group, int from, int to) {}

  private final List<ParameterGroup> groups;
  private final String[] names;
  private final Tensor[] parameters;
  private final long[] offsets; // of parameters; one more for the end
  private final List<Slice> slices;
  private final Tensor values;
  private final Map<String, Tensor> state = new LinkedHashMap<>();
  private long steps;

  /**
   * Moves the parameters of all groups into one vector.
   *
   * @param groups at least one parameter; all of the same floating-point type and device
   * @throws IllegalArgumentException if there is none, if types or devices differ, or if a
   *     parameter is in two groups
   */
  protected Optimizer(List<ParameterGroup> groups) {
    this.groups = List.copyOf(groups);
    Map<Tensor, String> all = check(this.groups);
    names = all.values().toArray(String[]::new);
    parameters = all.keySet().toArray(Tensor[]::new);
    offsets = new long[parameters.length + 1];
    for (int i = 0; i < parameters.length; i++) {
      offsets[i + 1] = offsets[i] + parameters[i].numel();
    }
    slices = slices();
    DType type = parameters[0].dtype();
    Device device = parameters[0].device();
    long count = offsets[parameters.length];
    values = Tensor.empty(type, device, count).disown();
    state.put(STEP, Tensor.zeros(DType.I64, Device.CPU).disown());
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      for (int i = 0; i < parameters.length; i++) {
        Tensor view = view(values, i);
        view.copy_(parameters[i]);
        parameters[i].setData(view);
      }
    }
  }

  /** All parameters with their names, in order. */
  private static Map<Tensor, String> check(List<ParameterGroup> groups) {
    Map<Tensor, String> all = new LinkedHashMap<>(); // tensors are equal only to themselves
    String firstName = null;
    Tensor first = null;
    for (ParameterGroup group : groups) {
      for (Map.Entry<String, Tensor> entry : group.parameters().entrySet()) {
        String name = entry.getKey();
        Tensor tensor = entry.getValue();
        if (first == null) {
          firstName = name;
          first = tensor;
        }
        if (!tensor.dtype().isFloating()) {
          throw new IllegalArgumentException(
              "parameter %s is %s; only floating-point parameters can be trained"
                  .formatted(name, tensor.dtype().torchName()));
        }
        if (tensor.dtype() != first.dtype() || !tensor.device().equals(first.device())) {
          throw new IllegalArgumentException(
              ("parameter %s is %s on %s, but %s is %s on %s; an optimiser needs one type and one"
                      + " device: call to(...) on the model before building it")
                  .formatted(
                      name,
                      tensor.dtype().torchName(),
                      tensor.device(),
                      firstName,
                      first.dtype().torchName(),
                      first.device()));
        }
        if (all.put(tensor, name) != null) {
          throw new IllegalArgumentException(
              "parameter %s is in two groups or twice in %s; each may be updated once per step"
                  .formatted(name, group.name()));
        }
      }
    }
    if (first == null) {
      throw new IllegalArgumentException(
          "there is no trainable parameter; is the whole model frozen?");
    }
    return all;
  }

  private List<Slice> slices() {
    List<Slice> made = new ArrayList<>();
    int begin = 0;
    for (int g = 0; g < groups.size(); g++) {
      int end = begin + groups.get(g).parameters().size();
      for (int i = begin; i < end; i++) {
        if (i + 1 == end || offsets[i + 1] - offsets[begin] >= SLICE) {
          made.add(new Slice(g, begin, i + 1));
          begin = i + 1;
        }
      }
    }
    return made;
  }

  private Tensor view(Tensor flat, int i) {
    return flat.narrow(0, offsets[i], offsets[i + 1] - offsets[i]).view(parameters[i].shape());
  }

  // ---- what subclasses use ----

  /**
   * Makes a vector [P] of zeros that belongs to the {@link #state()}, and returns it.
   *
   * @param name its name there
   */
  protected final Tensor stateVector(String name) {
    Tensor vector = values.zerosLike().disown();
    state.put(name, vector);
    return vector;
  }

  /**
   * Updates a stretch of the vectors in place; all of it belongs to one group. {@link #steps()}
   * counts this step already: it is 1 in the first. Called without recording for gradients, in a
   * scope of its own; several threads may update different stretches at once.
   *
   * @param part gives the stretch's part of a vector of the {@link #state()}, as a view
   * @param values the stretch's part of {@link #values()}
   * @param gradient the stretch's gradient; not to be changed
   * @param learningRate of its group
   * @param weightDecay of its group
   */
  protected abstract void update(
      UnaryOperator<Tensor> part,
      Tensor values,
      Tensor gradient,
      double learningRate,
      double weightDecay);

  // ---- parameters and gradient ----

  /** The groups. */
  public final List<ParameterGroup> groups() {
    return groups;
  }

  /** All parameters in the order of the flat vectors. */
  public final Tensor[] parameters() {
    return parameters.clone();
  }

  Tensor parameter(int i) {
    return parameters[i];
  }

  /** The parameters as one vector [P]: writing to it changes them. Owned by this optimiser. */
  public final Tensor values() {
    return values;
  }

  /**
   * One gradient per parameter, for {@link #step}.
   *
   * @param gradients in the order and of the shapes of {@link #parameters()}, as {@link
   *     Autograd#grad} gives them; null counts as zero. They are used up: adding, clipping and the
   *     step may change them.
   * @throws IllegalArgumentException if there are too many, too few, or one has another shape
   */
  public final Gradients gradients(Tensor... gradients) {
    if (gradients.length != parameters.length) {
      throw new IllegalArgumentException(
          "got %d gradients for %d parameters".formatted(gradients.length, parameters.length));
    }
    for (int i = 0; i < gradients.length; i++) {
      if (gradients[i] != null && !Arrays.equals(gradients[i].shape(), parameters[i].shape())) {
        throw new IllegalArgumentException(
            "the gradient of %s has shape %s, the parameter has %s"
                .formatted(
                    names[i],
                    Arrays.toString(gradients[i].shape()),
                    Arrays.toString(parameters[i].shape())));
      }
    }
    return new Gradients(this, gradients);
  }

  // ---- steps ----

  /**
   * Updates all parameters once; those of large models by all workers.
   *
   * @param learningRate multiplied by each group's scale; zero still advances the moments
   * @param gradients of all parameters; used up
   * @throws IllegalStateException if a parameter no longer lies in this optimiser's vector
   */
  public final void step(double learningRate, Gradients gradients) {
    if (gradients.optimizer() != this) {
      throw new IllegalArgumentException("these gradients were made for another optimiser");
    }
    if (!(learningRate >= 0 && Double.isFinite(learningRate))) {
      throw new IllegalArgumentException(
          "the learning rate must be finite and not negative, got " + learningRate);
    }
    for (int i = 0; i < parameters.length; i++) {
      if (!parameters[i].sharesStorage(values)) {
        throw new IllegalStateException(
            ("parameter %s no longer lies in this optimiser's vector: the model was converted, moved"
                    + " or given to another optimiser; build the optimiser after that")
                .formatted(names[i]));
      }
    }
    steps++;
    forEach(slice -> update(slice, learningRate, gradients));
  }

  /** Does something for each slice: on this thread if the model is small, else on all workers. */
  final void forEach(Consumer<Slice> task) {
    Engine engine = Engine.get();
    if (values.numel() < SMALL || engine.workers() == 1) {
      slices.forEach(task);
      return;
    }
    AtomicInteger next = new AtomicInteger(); // slices differ in size: whoever is free takes one
    List<Supplier<Integer>> tasks = new ArrayList<>();
    for (int w = 0; w < engine.workers(); w++) {
      tasks.add(
          () -> {
            int done = 0;
            for (int i = next.getAndIncrement(); i < slices.size(); i = next.getAndIncrement()) {
              task.accept(slices.get(i));
              done++;
            }
            return done;
          });
    }
    engine.parallel(tasks);
  }

  private void update(Slice slice, double learningRate, Gradients gradients) {
    ParameterGroup group = groups.get(slice.group());
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      update(
          flat -> stretch(flat, slice),
          stretch(values, slice),
          gradients.vector(slice.from(), slice.to()),
          learningRate * group.learningRateScale(),
          group.weightDecay());
    }
  }

  private Tensor stretch(Tensor flat, Slice slice) {
    long from = offsets[slice.from()];
    return flat.narrow(0, from, offsets[slice.to()] - from);
  }

  /** The settings. */
  public abstract Record config();

  /** Settings and groups in words, the same for optimisers that do the same. */
  @Override
  public final String toString() {
    StringBuilder text = new StringBuilder(getClass().getSimpleName()).append(config());
    for (ParameterGroup group : groups) {
      text.append(
          ", %s: %d tensors, rate x%s, decay %s"
              .formatted(
                  group.name(),
                  group.parameters().size(),
                  group.learningRateScale(),
                  group.weightDecay()));
    }
    return text.toString();
  }

  /** Number of updates so far, those before a loaded state included. */
  public final long steps() {
    return steps;
  }

  /**
   * Sets the momentum (of Adam and Lion: beta1) from the next step on, for schedules that cycle it
   * like {@link OneCycle}. Not part of the state: such a schedule sets it before each step.
   *
   * @param momentum in [0, 1)
   */
  public abstract void momentum(double momentum);

  static void checkShare(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(name + " must lie in [0, 1), got " + value);
    }
  }

  // ---- state ----

  /**
   * What a continued training needs besides the parameters: {@code step} (int64 scalar) and the
   * flat vectors [P] that the optimiser keeps. The tensors are its own, not copies: write or copy
   * them before the next step, do not close them.
   */
  public final Map<String, Tensor> state() {
    state.get(STEP).fill_((double) steps);
    return Collections.unmodifiableMap(state);
  }

  /**
   * Continues from a saved {@link #state()}, bit by bit. Nothing changes if it does not fit.
   *
   * @throws IllegalArgumentException if names, shapes or element types differ
   */
  public final void load(Map<String, Tensor> saved) {
    checkState(getClass().getSimpleName(), state, saved);
    state.forEach((name, tensor) -> tensor.copy_(saved.get(name)));
    steps = state.get(STEP).itemLong();
  }

  static void checkState(String who, Map<String, Tensor> own, Map<String, Tensor> saved) {
    if (!own.keySet().equals(saved.keySet())) {
      throw new IllegalArgumentException(
          "the state of %s consists of %s, got %s; was it saved by another optimiser?"
              .formatted(who, own.keySet(), saved.keySet()));
    }
    own.forEach(
        (name, tensor) -> {
          Tensor given = saved.get(name);
          if (given.dtype() != tensor.dtype() || !Arrays.equals(given.shape(), tensor.shape())) {
            throw new IllegalArgumentException(
                "state %s of %s is %s%s, got %s%s; was it saved for another model?"
                    .formatted(
                        name,
                        who,
                        tensor.dtype().torchName(),
                        Arrays.toString(tensor.shape()),
                        given.dtype().torchName(),
                        Arrays.toString(given.shape())));
          }
        });
  }

  /** Frees the state. The parameters stay valid: they hold the storage. */
  @Override
  public void close() {
    values.close();
    state.values().forEach(Tensor::close);
  }
}
