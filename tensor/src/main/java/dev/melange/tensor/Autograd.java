package dev.melange.tensor;

import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Gradients beyond {@link Tensor#backward()}. */
public final class Autograd {
  private Autograd() {}

  /** Switches recording off until closed, on the thread that opened it. */
  public static final class NoGrad implements AutoCloseable {
    private final AutoGradMode guard;

    private NoGrad(boolean enabled) {
      Native.load();
      guard = new AutoGradMode(enabled);
    }

    @Override
    public void close() {
      guard.close();
    }
  }

  /** Switches recording off: {@code try (var g = Autograd.noGrad()) { ... }}. */
  public static NoGrad noGrad() {
    return new NoGrad(false);
  }

  /** Switches recording on again inside a {@link #noGrad()} section. */
  public static NoGrad enableGrad() {
    return new NoGrad(true);
  }

  /** Runs the body without recording, in a scope of its own; see {@link Scope#run(Supplier)}. */
  public static <T> T noGrad(Supplier<T> body) {
    try (NoGrad guard = noGrad()) {
      return Scope.run(body);
    }
  }

  /** Whether operations on this thread are being recorded. */
  public static boolean isEnabled() {
    Native.load();
    return GradMode.is_enabled();
  }

  /**
   * Gradients of a scalar with respect to tensors, without touching {@link Tensor#grad()}.
   *
   * @param output a scalar
   * @param inputs tensors that require gradients
   * @return one gradient per input; null where the output does not depend on the input
   */
  public static Tensor[] grad(Tensor output, Tensor... inputs) {
    return grad(new Tensor[] {output}, null, inputs, false);
  }

  /** As {@link #grad(Tensor, Tensor...)}; the gradients themselves can be differentiated again. */
  public static Tensor[] gradWithGraph(Tensor output, Tensor... inputs) {
    return grad(new Tensor[] {output}, null, inputs, true);
  }

  /**
   * Vector-Jacobian products.
   *
   * @param outputs tensors of any shape
   * @param vectors one tensor per output of its shape, or null for ones (scalars only)
   * @param inputs tensors that require gradients
   * @param createGraph whether the results can be differentiated again; keeps the graph too
   */
  public static Tensor[] grad(
      Tensor[] outputs, Tensor[] vectors, Tensor[] inputs, boolean createGraph) {
    try (TensorVector ys = Native.vector(outputs);
        TensorVector xs = Native.vector(inputs);
        TensorVector vs = vectors == null ? new TensorVector() : Native.vector(vectors);
        var retain = new org.bytedeco.pytorch.BoolOptional(createGraph)) {
      return Native.unpack(
          Native.call("grad", () -> torch.grad(ys, xs, vs, retain, createGraph, true), outputs));
    }
  }

  /** The backward half of a {@link #custom custom function}. */
  @FunctionalInterface
  public interface Backward {
    /**
     * Gradients of the inputs.
     *
     * @param gradOutput the gradient of the output, of its shape
     * @return one gradient per input, of its shape; null for zero
     */
    Tensor[] apply(Tensor gradOutput);
  }

  /**
   * A function with a gradient of its own, for kernels that libtorch cannot differentiate or for
   * surrogate gradients. Runs in an open {@link Scope} and is differentiated before the outermost
   * scope of the thread closes; once only (no second derivative).
   *
   * @param forward computes the output from detached inputs, unrecorded
   * @param backward computes the inputs' gradients, unrecorded; may use what forward saved
   * @param inputs the inputs
   */
  public static Tensor custom(
      Function<Tensor[], Tensor> forward, Backward backward, Tensor... inputs) {
    Tensor[] detached = new Tensor[inputs.length];
    boolean record = false;
    for (int i = 0; i < inputs.length; i++) {
      detached[i] = inputs[i].detach();
      record |= inputs[i].requiresGrad();
    }
    Tensor output;
    try (NoGrad guard = noGrad()) {
      output = forward.apply(detached);
    }
    if (!record || !isEnabled()) {
      return output;
    }
    // libtorch has no user-defined node here. An empty slice of each input, summed (= 0), ties the
    // output to it; hooks replace the zero gradient that arrives there with the one we computed.
    CustomNode node = new CustomNode(backward, inputs.length);
    Tensor tied = output.detach();
    for (int i = 0; i < inputs.length; i++) {
      if (inputs[i].requiresGrad()) {
        Tensor input = inputs[i].view(inputs[i].shape());
        node.hookInput(input, i);
        tied = tied.add(input.reshape(-1).slice(0, 0, 0).sum());
      }
    }
    node.hookOutput(tied);
    return tied;
  }

  /** Carries the gradients from the output's hook to the inputs' hooks. */
  private static final class CustomNode {
    private final Backward backward;
    private final Tensor[] gradients;

    CustomNode(Backward backward, int inputs) {
      this.backward = backward;
      this.gradients = new Tensor[inputs];
    }

    void hookOutput(Tensor output) {
      register(
          output,
          gradient -> {
            try (NoGrad guard = noGrad()) {
              Tensor[] results = backward.apply(gradient);
              System.arraycopy(results, 0, gradients, 0, results.length);
            }
            return null;
          });
    }

    void hookInput(Tensor input, int i) {
      register(input, zero -> gradients[i] == null ? zero : gradients[i]);
    }

    private static void register(Tensor tensor, Function<Tensor, Tensor> action) {
      Hook hook = new Hook(action);
      Scope.adoptOutermost(hook); // native code holds the hook as long as the graph lives
      tensor.raw().register_hook(hook);
    }
  }

  private static final class Hook extends TensorTensorHook {
    private final Function<Tensor, Tensor> action;

    Hook(Function<Tensor, Tensor> action) {
      this.action = action;
    }

    @Override
    public TensorBase call(TensorBase gradient) {
      Tensor in = new Tensor(new org.bytedeco.pytorch.Tensor(gradient));
      Tensor out = action.apply(in);
      TensorBase result = out == null ? new TensorBase() : new TensorBase(out.raw());
      Scope.adopt(result);
      return result;
    }
  }
}
