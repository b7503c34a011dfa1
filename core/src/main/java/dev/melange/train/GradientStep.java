package dev.melange.train;

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
  // Below so many parameters, joining on one thread takes less time than waking the others.
  private static final long SMALL = 1 << 19;

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
   * Fills the optimiser's gradient with that of the mean loss over all examples.
   *
   * @param batches the step's batches: several with gradient accumulation
   * @param rng the step's stream; each part draws from a fork of it
   * @return the mean loss
   */
  double run(List<TensorBatch> batches, Rng rng) {
    long examples = batches.stream().mapToLong(TensorBatch::size).sum();
    double loss = 0;
    for (int b = 0; b < batches.size(); b++) {
      int batch = b;
      loss += Scope.run(() -> add(batches.get(batch), batch, examples, rng));
    }
    return loss;
  }

  private double add(TensorBatch batch, int index, long examples, Rng rng) {
    Tensor[] parameters = optimizer.parameters();
    List<TensorBatch> split = batch.split(parts);
    List<Supplier<Share>> tasks = new ArrayList<>();
    for (int i = 0; i < split.size(); i++) {
      TensorBatch part = split.get(i);
      Rng stream = rng.fork(index, i);
      double weight = (double) part.size() / examples;
      tasks.add(() -> share(part, stream, weight, parameters));
    }
    List<Share> shares = tasks.size() == 1 ? List.of(tasks.get(0).get()) : engine.parallel(tasks);
    join(shares, index == 0);
    return shares.stream().mapToDouble(Share::loss).sum();
  }

  /** Adds the shares up in their order; of a large model, each worker joins some parameters. */
  private void join(List<Share> shares, boolean first) {
    Tensor[] parameters = optimizer.parameters();
    long count = optimizer.values().numel();
    if (shares.size() == 1 || count < SMALL) {
      join(shares, first, 0, parameters.length);
      return;
    }
    List<Supplier<Integer>> tasks = new ArrayList<>();
    int from = 0;
    long passed = 0;
    for (int i = 0; i < parameters.length; i++) {
      passed += parameters[i].numel();
      if (passed >= count * (tasks.size() + 1) / engine.workers()) {
        int begin = from;
        int end = i + 1;
        tasks.add(() -> join(shares, first, begin, end));
        from = end;
      }
    }
    engine.parallel(tasks);
  }

  /** Joins the gradients of the parameters {@code from .. to - 1}; returns how many. */
  private int join(List<Share> shares, boolean first, int from, int to) {
    for (int k = 0; k < shares.size(); k++) {
      optimizer.put(first && k == 0, from, to, shares.get(k).gradients());
    }
    return to - from;
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
