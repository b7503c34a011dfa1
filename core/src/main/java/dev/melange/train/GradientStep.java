package dev.melange.train;

import dev.melange.optim.Gradients;
import dev.melange.optim.Optimizer;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** The gradient of one optimiser step: parts of batches side by side, added in a fixed order. */
final class GradientStep {
  private final Engine engine = Engine.get();
  private final Objective objective;
  private final Optimizer optimizer;
  private final int parts;
  private final Tensor[] parameters;

  GradientStep(Objective objective, Optimizer optimizer, int parts) {
    this.objective = objective;
    this.optimizer = optimizer;
    this.parts = parts;
    this.parameters = optimizer.parameters();
  }

  /** A part's share of the step's gradient, one per parameter, and of its loss. */
  private record Share(Tensor[] gradients, double loss) {}

  // The sum of two is the same in either order, so that two parts may add to one gradient while
  // they compute, without a second copy of it. The sum of more is not.
  private static final int COMMUTING = 2;

  /**
   * The gradients of a step.
   *
   * @param sum those of the mean loss over all examples, owned by the caller's scope
   * @param loss the mean loss
   */
  record Result(Gradients sum, double loss) {}

  /**
   * Computes the gradients of the mean loss over all examples.
   *
   * @param batches the step's batches: several with gradient accumulation
   * @param rng the step's stream; each part draws from a fork of it
   */
  Result run(List<TensorBatch> batches, Rng rng) {
    long examples = batches.stream().mapToLong(TensorBatch::size).sum();
    Gradients sum = null;
    double loss = 0;
    for (int b = 0; b < batches.size(); b++) {
      int index = b;
      Share all = Scope.run(() -> ofBatch(batches.get(index), index, examples, rng));
      loss += all.loss();
      if (sum == null) {
        sum = optimizer.gradients(all.gradients());
      } else {
        try (Gradients more = optimizer.gradients(all.gradients())) {
          sum.add(more);
        }
      }
    }
    return new Result(sum, loss);
  }

  private Share ofBatch(TensorBatch batch, int index, long examples, Rng rng) {
    List<TensorBatch> split = batch.split(parts);
    if (split.size() != COMMUTING) {
      return joined(parallel(split, index, examples, rng, loss -> Autograd.grad(loss, parameters)));
    }
    clear();
    try {
      List<Share> shares =
          parallel(
              split,
              index,
              examples,
              rng,
              loss -> {
                Autograd.accumulate(loss, parameters);
                return new Tensor[0];
              });
      Tensor[] sum = Arrays.stream(parameters).map(Tensor::grad).toArray(Tensor[]::new);
      return new Share(sum, sum(shares));
    } finally {
      clear();
    }
  }

  private void clear() {
    for (Tensor parameter : parameters) {
      parameter.clearGrad();
    }
  }

  private Share joined(List<Share> shares) {
    Gradients sum = optimizer.gradients(shares.get(0).gradients());
    for (Share share : shares.subList(1, shares.size())) {
      sum.add(optimizer.gradients(share.gradients()));
    }
    return new Share(sum.tensors(), sum(shares));
  }

  private static double sum(List<Share> shares) {
    return shares.stream().mapToDouble(Share::loss).sum();
  }

  private List<Share> parallel(
      List<TensorBatch> split,
      int index,
      long examples,
      Rng rng,
      Function<Tensor, Tensor[]> gradients) {
    List<Supplier<Share>> tasks = new ArrayList<>();
    for (int i = 0; i < split.size(); i++) {
      TensorBatch part = split.get(i);
      Rng stream = rng.fork(index, i);
      double weight = (double) part.size() / examples;
      tasks.add(() -> share(part, stream, weight, gradients));
    }
    return tasks.size() == 1 ? List.of(tasks.get(0).get()) : engine.parallel(tasks);
  }

  private Share share(
      TensorBatch part, Rng rng, double weight, Function<Tensor, Tensor[]> gradients) {
    return Scope.run(
        () -> {
          Tensor loss = rng.run(() -> engine.withPrecision(() -> objective.loss(part))).mul(weight);
          if (loss.dim() != 0) {
            throw new IllegalArgumentException(
                "a loss is a scalar, got shape " + Arrays.toString(loss.shape()));
          }
          return new Share(gradients.apply(loss), loss.item());
        });
  }
}
