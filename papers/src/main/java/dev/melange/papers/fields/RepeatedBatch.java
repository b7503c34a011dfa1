package dev.melange.papers.fields;

import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import java.util.Map;

/** The same batch in every step, in epochs of any number of steps: gradient descent on all data. */
public final class RepeatedBatch implements Minibatches {
  private final TensorBatch batch;
  private final int steps;

  /**
   * A batch.
   *
   * @param columns tensors with the same first dimension; they belong to the caller's scope
   * @param steps of an epoch
   */
  public RepeatedBatch(Map<String, Tensor> columns, int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("an epoch has at least one step, got " + steps);
    }
    this.batch = TensorBatch.of(columns);
    this.steps = steps;
  }

  @Override
  public int size() {
    return batch.size();
  }

  @Override
  public int batches() {
    return steps;
  }

  @Override
  public Epoch epoch(int epoch, int firstBatch) {
    return new Epoch() {
      private int next = firstBatch;

      @Override
      public boolean hasNext() {
        return next < steps;
      }

      @Override
      public TensorBatch next() {
        next++;
        return batch.slice(0, batch.size());
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public String describe() {
    return "all %,d examples in every step".formatted(batch.size());
  }
}
