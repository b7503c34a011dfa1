package dev.melange.tensor;

/**
 * An operation that libtorch refused. The message names the operation, says why, and lists the
 * operands' types and shapes; libtorch's C++ stack is in the debug log and in the cause only.
 */
public final class TensorException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  TensorException(String message, Throwable cause) {
    super(message, cause);
  }
}
