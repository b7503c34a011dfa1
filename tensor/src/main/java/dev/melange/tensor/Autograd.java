package dev.melange.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.GradMode;
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
    } finally {
      CustomGradient.afterBackward();
    }
  }

  /**
   * Adds the gradients of a scalar to {@link Tensor#grad()} of the inputs, and of nothing else. May
   * run on several threads at once for the same inputs: none is lost, but the order of the
   * additions is open, so that only the sum of two is the same every time.
   *
   * @param output a scalar
   * @param inputs leaves that require gradients
   */
  public static void accumulate(Tensor output, Tensor... inputs) {
    try (TensorVector ys = Native.vector(output);
        TensorVector xs = Native.vector(inputs);
        TensorVector ones = new TensorVector();
        var retain = new org.bytedeco.pytorch.BoolOptional(false)) {
      Native.call(
          "backward",
          () -> {
            torch.backward(ys, ones, retain, false, xs);
            return null;
          },
          output);
    } finally {
      CustomGradient.afterBackward();
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
   * surrogate gradients. Differentiated once only: it has no second derivative.
   *
   * <p>All tensors that forward makes, and the detached inputs it is given, live as long as the
   * graph, so that backward may use them. What it shall not keep belongs into a {@link
   * Scope#run(Supplier)} of its own.
   *
   * @param forward computes the output from detached inputs, unrecorded
   * @param backward computes the inputs' gradients, unrecorded
   * @param inputs the inputs
   */
  public static Tensor custom(
      Function<Tensor[], Tensor> forward, Backward backward, Tensor... inputs) {
    boolean record = isEnabled() && Arrays.stream(inputs).anyMatch(Tensor::requiresGrad);
    Tensor output;
    List<Tensor> saved;
    try (Scope scope = Scope.open();
        NoGrad guard = noGrad()) {
      Tensor[] detached = Arrays.stream(inputs).map(Tensor::detach).toArray(Tensor[]::new);
      output = forward.apply(detached);
      if (!record) {
        return scope.keep(output);
      }
      saved = scope.disownAll();
    }
    return CustomGradient.tie(output, saved, backward, inputs);
  }
}
