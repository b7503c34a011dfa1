package dev.melange.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;

/**
 * The node of a {@linkplain Autograd#custom custom function} in libtorch's graph, made of what the
 * presets offer: an empty slice of each input, added to no row of the output, ties the output to
 * the inputs without touching a value, and hooks replace the zero gradients that arrive there by
 * the computed ones.
 *
 * <p>Native code calls the hooks as long as the graph lives, and does not keep them alive. So that
 * they can be freed exactly when the graph is, each node has an empty leaf of its own: the graph
 * holds the only other reference to it.
 */
final class CustomGradient {
  // All nodes, so that they outlive the thread that made them; and those of each thread, which are
  // looked through whenever a scope of the thread closes.
  private static final Set<CustomGradient> LIVE = ConcurrentHashMap.newKeySet();
  private static final ThreadLocal<List<CustomGradient>> OF_THREAD =
      ThreadLocal.withInitial(ArrayList::new);
  private static volatile int sweepAt = 1024;

  // What a hook returned is copied by native code after the hook has ended: free it later.
  private static final ThreadLocal<TensorBase> RETURNED = new ThreadLocal<>();

  private final Autograd.Backward backward;
  private final List<Tensor> saved;
  private final long[][] shapes;
  private final Tensor[] gradients;
  private final Hook[] hooks;
  private final Tensor graph;

  private CustomGradient(
      Autograd.Backward backward, List<Tensor> saved, Tensor[] inputs, DType type) {
    this.backward = backward;
    this.saved = saved;
    this.shapes = Arrays.stream(inputs).map(Tensor::shape).toArray(long[][]::new);
    this.gradients = new Tensor[inputs.length];
    this.hooks = new Hook[inputs.length + 1];
    this.graph = Tensor.empty(type, Device.CPU, 0).disown().requiresGrad_(true);
  }

  /**
   * The output as a part of the graph of the inputs.
   *
   * @param saved tensors that live as long as the graph
   */
  static Tensor tie(
      Tensor output, List<Tensor> saved, Autograd.Backward backward, Tensor... inputs) {
    DType type = output.dtype();
    if (!type.isFloating()) {
      saved.forEach(Tensor::close);
      throw new IllegalArgumentException(
          "the output of a custom function is floating-point, got " + type.torchName());
    }
    CustomGradient node = new CustomGradient(backward, saved, inputs, type);
    Tensor tied =
        Scope.run(
            () -> {
              Tensor none = node.graph.to(output.device()); // [0]
              for (int i = 0; i < inputs.length; i++) {
                if (inputs[i].requiresGrad()) {
                  Tensor input = inputs[i].view(node.shapes[i]);
                  int index = i;
                  node.hooks[i] = new Hook(gradient -> node.take(index));
                  input.raw().register_hook(node.hooks[i]);
                  Tensor vector = input.dim() == 0 ? input.unsqueeze(0) : input;
                  none = none.add(vector.slice(0, 0, 0).reshape(0).to(type));
                }
              }
              return addedToNoRow(output, none);
            });
    Hook last = new Hook(node::differentiate);
    node.hooks[inputs.length] = last;
    tied.raw().register_hook(last);
    track(node);
    return tied;
  }

  /** The values of a tensor, as the result of adding no rows at all to it. */
  private static Tensor addedToNoRow(Tensor output, Tensor none) {
    if (output.dim() == 0) {
      return addedToNoRow(output.view(1), none).view();
    }
    Tensor values;
    try (TensorBase data = output.raw().variable_data()) {
      values = new Tensor(new org.bytedeco.pytorch.Tensor(data));
    }
    long[] rows = output.shape();
    rows[0] = 0;
    Tensor index = Tensor.empty(DType.I64, output.device(), 0);
    values.raw().index_add_(0, index.raw(), none.reshape(rows).raw());
    return values;
  }

  private Tensor differentiate(Tensor gradient) {
    try (Autograd.NoGrad guard = Autograd.noGrad()) {
      Tensor[] results = backward.apply(gradient);
      if (results.length != gradients.length) {
        throw new IllegalStateException(
            "a custom gradient returns one gradient per input: expected "
                + gradients.length
                + ", got "
                + results.length);
      }
      for (int i = 0; i < results.length; i++) {
        forget(i);
        if (results[i] != null && hooks[i] != null) {
          if (!Arrays.equals(results[i].shape(), shapes[i])) {
            throw new IllegalStateException(
                "custom gradient of input %d: expected shape %s, got %s"
                    .formatted(i, Arrays.toString(shapes[i]), Arrays.toString(results[i].shape())));
          }
          gradients[i] = results[i].alias().disown();
        }
      }
    }
    return null;
  }

  private Tensor take(int i) {
    Tensor gradient = gradients[i];
    gradients[i] = null;
    return gradient;
  }

  private void forget(int i) {
    if (gradients[i] != null) {
      gradients[i].close();
      gradients[i] = null;
    }
  }

  private static void track(CustomGradient node) {
    LIVE.add(node);
    OF_THREAD.get().add(node);
    if (LIVE.size() >= sweepAt) {
      sweepAt = Math.max(1024, 2 * sweep());
    }
  }

  /** Frees the nodes of this thread whose graphs are gone. */
  static void sweepThread() {
    if (!LIVE.isEmpty()) {
      OF_THREAD.get().removeIf(CustomGradient::freeIfUnused);
    }
  }

  /** Frees the nodes of all threads whose graphs are gone; the number of those that remain. */
  static int sweep() {
    LIVE.forEach(CustomGradient::freeIfUnused);
    return LIVE.size();
  }

  private synchronized boolean freeIfUnused() {
    if (graph.isClosed()) {
      return true;
    }
    if (graph.raw().use_count() > 1) {
      return false;
    }
    LIVE.remove(this);
    free();
    return true;
  }

  private void free() {
    graph.close();
    saved.forEach(Tensor::close);
    for (int i = 0; i < gradients.length; i++) {
      forget(i);
    }
    for (Hook hook : hooks) {
      if (hook != null) {
        hook.close();
      }
    }
  }

  /** Frees what the last hook on this thread returned. */
  static void afterBackward() {
    TensorBase returned = RETURNED.get();
    if (returned != null) {
      RETURNED.remove();
      returned.close();
    }
  }

  private static final class Hook extends TensorTensorHook {
    private final UnaryOperator<Tensor> action;

    Hook(UnaryOperator<Tensor> action) {
      this.action = action;
    }

    @Override
    public TensorBase call(TensorBase gradient) {
      afterBackward();
      try (gradient; // a copy of the handle, ours to free
          Scope scope = Scope.open()) {
        Tensor out = action.apply(new Tensor(new org.bytedeco.pytorch.Tensor(gradient)));
        // an undefined tensor leaves the gradient as it is
        TensorBase result = out == null ? new TensorBase() : new TensorBase(out.raw());
        if (out != null) {
          out.close();
        }
        RETURNED.set(result);
        return result;
      }
    }
  }
}
