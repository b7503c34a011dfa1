package dev.melange.optim;

import dev.melange.tensor.Tensor;
import java.util.Arrays;

/** Gradients from and to one vector, for tests. */
final class FlatGradients {
  private FlatGradients() {}

  /** The vector's stretches as gradients of an optimiser's parameters, copied. */
  static Gradients of(Optimizer optimizer, Tensor vector) {
    Tensor[] parameters = optimizer.parameters();
    Tensor[] gradients = new Tensor[parameters.length];
    long from = 0;
    for (int i = 0; i < gradients.length; i++) {
      long count = parameters[i].numel();
      gradients[i] = vector.narrow(0, from, count).copy().view(parameters[i].shape());
      from += count;
    }
    return optimizer.gradients(gradients);
  }

  /** All gradients one after the other; zeros where there is none. */
  static double[] values(Optimizer optimizer, Gradients gradients) {
    return gradients.vector(0, optimizer.parameters().length).toDoubles();
  }

  /** The same number for all elements. */
  static Gradients filled(Optimizer optimizer, double value) {
    return optimizer.gradients(
        Arrays.stream(optimizer.parameters())
            .map(p -> p.detach().zerosLike().fill_(value))
            .toArray(Tensor[]::new));
  }
}
