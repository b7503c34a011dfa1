package dev.melange.train;

import dev.melange.optim.Gradients;
import dev.melange.optim.Optimizer;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The gradient of one optimiser step: parts of batches side by side, added in a fixed order. */
final class GradientStep {
  private final Engine engine = Engine.get();
  private final Objective objective;
  private final Optimizer optimizer;
  private final int parts;

  GradientStep(Objective objective, Optimizer optimizer, int parts) {
    this.objective = objective;
    this.optimizer = optimizer;
    this.parts = parts;
  }

  /** A part's share of the step's gradient, one per parameter, and of its loss. */
  private record Share(Tensor[] gradients, double loss) {}

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
      Share all = Scope.run(() -> joined(shares(batches.get(index), index, examples, rng)));
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

  private Share joined(List<Share> shares) {
    Gradients sum = optimizer.gradients(shares.get(0).gradients());
    for (Share share : shares.subList(1, shares.size())) {
      sum.add(optimizer.gradients(share.gradients()));
    }
    return new Share(sum.tensors(), shares.stream().mapToDouble(Share::loss).sum());
  }

  private List<Share> shares(TensorBatch batch, int index, long examples, Rng rng) {
    Tensor[] parameters = optimizer.parameters();
    List<TensorBatch> split = batch.split(parts);
    List<Supplier<Share>> tasks = new ArrayList<>();
    for (int i = 0; i < split.size(); i++) {
      TensorBatch part = split.get(i);
      Rng stream = rng.fork(index, i);
      double weight = (double) part.size() / examples;
      tasks.add(() -> share(part, stream, weight, parameters));
    }
    return tasks.size() == 1 ? List.of(tasks.get(0).get()) : engine.parallel(tasks);
  }

  private Share share(TensorBatch part, Rng rng, double weight, Tensor[] parameters) {
    return Scope.run(
        () -> {
          Tensor loss = rng.run(() -> engine.withPrecision(() -> objective.loss(part))).mul(weight);
          if (loss.dim() != 0) {
            throw new IllegalArgumentException(
                "a loss is a scalar, got shape " + java.util.Arrays.toString(loss.shape()));
          }
          return new Share(Autograd.grad(loss, parameters), loss.item());
        });
  }
}
