package dev.melange.optim;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.function.IntConsumer;

/**
 * One gradient per parameter of an optimiser; made by {@link Optimizer#gradients}.
 *
 * <pre>{@code
 * Gradients gradients = optimizer.gradients(Autograd.grad(loss, optimizer.parameters()));
 * gradients.clipNorm(1);
 * optimizer.step(1e-3, gradients);
 * }</pre>
 *
 * <p>Work on large models is shared among the engine's workers; results do not depend on their
 * number. Not thread-safe.
 */
public final class Gradients implements AutoCloseable {
  private static final double NORM_EPS = 1e-6;
  private static final long NORM_ROW = 4096;

  private final Optimizer optimizer;
  private final Tensor[] tensors; // null counts as zero

  Gradients(Optimizer optimizer, Tensor[] tensors) {
    this.optimizer = optimizer;
    this.tensors = tensors;
  }

  Optimizer optimizer() {
    return optimizer;
  }

  /** The gradient of each parameter, in the optimiser's order; null for zero. Not copies. */
  public Tensor[] tensors() {
    return tensors.clone();
  }

  /**
   * Adds another's gradients. Where this one has none it takes the other's, which then has none.
   *
   * @param other of the same optimiser
   */
  public void add(Gradients other) {
    if (other.optimizer != optimizer) {
      throw new IllegalArgumentException("these gradients were made for another optimiser");
    }
    forEach(
        i -> {
          if (tensors[i] == null) {
            tensors[i] = other.tensors[i];
            other.tensors[i] = null;
          } else if (other.tensors[i] != null) {
            tensors[i].add_(other.tensors[i]);
          }
        });
  }

  /**
   * Scales the gradients down to a largest Euclidean norm of all together: multiplies them by
   * {@code max / (norm + 1e-6)} where that is below 1.
   *
   * @param max positive
   * @return the norm before; not finite where a gradient is not (which then is not finite after
   *     either)
   */
  public double clipNorm(double max) {
    checkLimit("norm", max);
    double norm = norm();
    double factor = max / (norm + NORM_EPS);
    if (!(factor >= 1)) {
      forEach(
          i -> {
            if (tensors[i] != null) {
              tensors[i].mul_(factor);
            }
          });
    }
    return norm;
  }

  /** The Euclidean norm of all gradients together. */
  public double norm() {
    double[] squares = new double[tensors.length];
    forEach(i -> squares[i] = tensors[i] == null ? 0 : squares(tensors[i].reshape(-1)));
    double sum = 0;
    for (double square : squares) {
      sum += square;
    }
    return Math.sqrt(sum);
  }

  // Row by row, then in double: a float32 sum over millions of squares is off in the fourth digit.
  private static double squares(Tensor vector) {
    long rows = vector.numel() / NORM_ROW;
    double sum = 0;
    if (rows > 0) {
      Tensor whole = vector.narrow(0, 0, rows * NORM_ROW).view(rows, NORM_ROW);
      for (double norm : whole.norm(2, 1).toDoubles()) {
        sum += norm * norm;
      }
    }
    if (vector.numel() > rows * NORM_ROW) {
      double rest = vector.slice(0, rows * NORM_ROW, vector.numel()).norm().item();
      sum += rest * rest;
    }
    return sum;
  }

  /**
   * Limits each element to {@code [-max, max]}.
   *
   * @param max positive
   */
  public void clipValue(double max) {
    checkLimit("value", max);
    forEach(
        i -> {
          if (tensors[i] != null) {
            tensors[i].copy_(tensors[i].clamp(-max, max));
          }
        });
  }

  private static void checkLimit(String what, double max) {
    if (!(max > 0)) {
      throw new IllegalArgumentException(
          "the largest gradient " + what + " must be positive, got " + max);
    }
  }

  /** The gradients of the parameters {@code from .. to - 1} as one vector. */
  Tensor vector(int from, int to) {
    Tensor[] rows = new Tensor[to - from];
    for (int i = from; i < to; i++) {
      rows[i - from] =
          tensors[i] == null
              ? optimizer.parameter(i).detach().zerosLike().reshape(-1)
              : tensors[i].reshape(-1);
    }
    return rows.length == 1 ? rows[0] : Tensor.cat(0, rows);
  }

  private void forEach(IntConsumer each) {
    optimizer.forEach(
        slice -> {
          try (Scope scope = Scope.open();
              var guard = Autograd.noGrad()) {
            for (int i = slice.from(); i < slice.to(); i++) {
              each.accept(i);
            }
          }
        });
  }

  /** Frees the gradients. Only needed where they should go before their scope ends. */
  @Override
  public void close() {
    for (Tensor tensor : tensors) {
      if (tensor != null) {
        tensor.close();
      }
    }
  }
}
