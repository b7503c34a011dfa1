package dev.melange.papers.mixupfeaturelearning;

import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;

/** Batches that know their epoch, so that what is done to them can depend on it. */
final class EpochNumbered implements Minibatches {
  private static final String EPOCH = "epoch";

  private final Minibatches batches;

  EpochNumbered(Minibatches batches) {
    this.batches = batches;
  }

  /** The epoch of a batch, from 0. */
  static int of(TensorBatch batch) {
    return (int) batch.get(EPOCH).itemLong();
  }

  @Override
  public int size() {
    return batches.size();
  }

  @Override
  public int batches() {
    return batches.batches();
  }

  @Override
  public String describe() {
    return batches.describe();
  }

  @Override
  public Epoch epoch(int epoch, int firstBatch) {
    Epoch inner = batches.epoch(epoch, firstBatch);
    return new Epoch() {
      @Override
      public boolean hasNext() {
        return inner.hasNext();
      }

      @Override
      public TensorBatch next() {
        return inner.next().with(EPOCH, Tensor.scalar(epoch, DType.I64));
      }

      @Override
      public void close() {
        inner.close();
      }
    };
  }
}
