package dev.melange.tensor;

import java.util.function.Supplier;

/**
 * Is told of the operations that a thread runs, for counting and tracing. Without a listener this
 * costs nothing that can be measured.
 *
 * <pre>{@code
 * OperationListener.during(
 *     (name, result, operands) -> System.out.println(name + Arrays.toString(result.shape())),
 *     () -> model.forward(x));
 * }</pre>
 */
@FunctionalInterface
public interface OperationListener {
  /**
   * An operation has ended. It names itself as in libtorch ({@code conv2d}, {@code linear}, {@code
   * matmul}, ...); {@code einsum} adds a space and its equation. Operations with several results
   * (such as sorting), in-place ones, those called through {@link Operator} and those of a backward
   * pass are not told.
   *
   * @param name the operation
   * @param result what it made
   * @param operands the tensors that it took, in its order; null for an optional one left out
   */
  void ran(String name, Tensor result, Tensor... operands);

  /**
   * Runs the body and tells the listener of each operation of this thread meanwhile. Of nested
   * listeners only the innermost is told.
   *
   * @param <T> type of the body's result
   * @return what the body returned
   */
  static <T> T during(OperationListener listener, Supplier<T> body) {
    return Native.listen(listener, body);
  }
}
