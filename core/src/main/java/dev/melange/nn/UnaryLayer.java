package dev.melange.nn;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A layer from one tensor to one tensor. */
public abstract class UnaryLayer extends Layer {
  private static final long ROWS = 2048;

  /** Computes the output; shapes are the subclass's. */
  public abstract Tensor forward(Tensor x);

  /**
   * Runs a function of rows that do not depend on one another. Without gradients it runs on 2,048
   * rows at a time: those stay in a core's cache, and many rows need hardly more memory than some.
   *
   * @param x the rows [n, ...]
   * @param function from some rows to as many
   */
  protected static Tensor rowByRow(Tensor x, UnaryOperator<Tensor> function) {
    long count = x.size(0);
    if (Autograd.isEnabled() || count <= ROWS) {
      return scoped(() -> function.apply(x));
    }
    return scoped(
        () -> {
          List<Tensor> parts = new ArrayList<>();
          for (long from = 0; from < count; from += ROWS) {
            Tensor rows = x.narrow(0, from, Math.min(ROWS, count - from));
            parts.add(scoped(() -> function.apply(rows)));
          }
          return Tensor.cat(0, parts.toArray(Tensor[]::new));
        });
  }
}
