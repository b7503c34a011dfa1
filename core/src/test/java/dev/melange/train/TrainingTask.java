package dev.melange.train;

import dev.melange.nn.Dropout;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.DType;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Map;

/** A small network that learns which quadrant a point lies in: quick, with dropout. */
final class TrainingTask implements AutoCloseable {
  private static final int EXAMPLES = 90;
  private final Net model;
  private final Scope scope = Scope.open();

  TrainingTask(long seed) {
    this(seed, 0.1);
  }

  TrainingTask(long seed, double dropout) {
    model = new Net(dropout, new Rng(seed));
  }

  UnaryLayer model() {
    return model;
  }

  Trainer trainer() {
    return trainer(DType.F32);
  }

  Trainer trainer(DType type) {
    return Trainer.of(
            model, batch -> Losses.crossEntropy(model.forward(batch.get("x")), batch.get("y")))
        .data(
            Minibatches.shuffled(points(1, type), 16, 7), Minibatches.inOrder(points(2, type), 32));
  }

  private static Map<String, Tensor> points(long seed, DType type) {
    Tensor x = new Rng(seed).normal(EXAMPLES, 2);
    Tensor positive = x.gt(0).to(DType.I64); // [N, 2]
    Tensor label = positive.select(1, 0).mul(2).add(positive.select(1, 1));
    return Map.of("x", x.to(type), "y", label);
  }

  @Override
  public void close() {
    scope.close();
    model.close();
  }

  private static final class Net extends UnaryLayer {
    private final Linear first;
    private final Dropout dropout;
    private final Linear second;

    Net(double rate, Rng rng) {
      first = child("first", new Linear(2, 16, true, rng));
      dropout = child("dropout", new Dropout(rate));
      second = child("second", new Linear(16, 4, true, rng));
    }

    @Override
    public Tensor forward(Tensor x) {
      return second.forward(dropout.forward(first.forward(x).gelu()));
    }
  }
}
