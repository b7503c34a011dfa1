package dev.melange.papers.gpt;

import dev.melange.data.DataException;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import java.util.Arrays;
import java.util.Map;

/**
 * Pieces of a text at random places, to train a language model on: batches of {@code ids}, int64
 * [B, length + 1], the last token of each row being a target only.
 */
public final class TextWindows implements Minibatches {
  /** The name of the only tensor of a batch. */
  public static final String IDS = "ids";

  private final long[] text;
  private final int length;
  private final int batchSize;
  private final int batches;
  private final long seed;

  /**
   * Random pieces.
   *
   * @param text token numbers, more than {@code length}
   * @param length tokens that the model sees of a piece
   * @param batchSize pieces per batch
   * @param batches batches that count as an epoch
   * @param seed seed of the places
   */
  public TextWindows(long[] text, int length, int batchSize, int batches, long seed) {
    this.text = text.clone();
    this.length = length;
    this.batchSize = batchSize;
    this.batches = batches;
    this.seed = seed;
    if (length < 1 || batchSize < 1 || batches < 1) {
      throw new IllegalArgumentException(
          "length, batch size and batches must be at least 1, got %d, %d, %d"
              .formatted(length, batchSize, batches));
    }
    if (text.length <= length) {
      throw new DataException(
          "the text has %,d tokens, too few for pieces of %,d and the token after them"
              .formatted(text.length, length));
    }
  }

  /**
   * Pieces side by side, evenly spread over a text, as one column for {@link Minibatches#inOrder}.
   *
   * @param text token numbers, more than {@code length}
   * @param length as above
   * @param most how many pieces at most
   * @return int64 [N, length + 1], owned by the current scope
   */
  public static Tensor spread(long[] text, int length, int most) {
    int count = Math.min(most, (text.length - 1) / length);
    if (count < 1) {
      throw new DataException(
          "the text has %,d tokens, too few for a piece of %,d and the token after it"
              .formatted(text.length, length));
    }
    long[] ids = new long[count * (length + 1)];
    for (int i = 0; i < count; i++) {
      int start = (int) ((long) (text.length - length - 1) * i / count);
      System.arraycopy(text, start, ids, i * (length + 1), length + 1);
    }
    return Tensor.of(ids, count, length + 1L);
  }

  @Override
  public int size() {
    return batches * batchSize;
  }

  @Override
  public int batches() {
    return batches;
  }

  @Override
  public Epoch epoch(int epoch, int firstBatch) {
    return new Epoch() {
      private int next = firstBatch;

      @Override
      public boolean hasNext() {
        return next < batches;
      }

      @Override
      public TensorBatch next() {
        Rng rng = new Rng(seed).fork(epoch, next++);
        int[] starts = new int[batchSize];
        long[] ids = new long[batchSize * (length + 1)];
        for (int i = 0; i < batchSize; i++) {
          starts[i] = rng.nextInt(text.length - length);
          System.arraycopy(text, starts[i], ids, i * (length + 1), length + 1);
        }
        return TensorBatch.of(
            Map.of(IDS, Tensor.of(ids, batchSize, length + 1L)), i -> "token " + starts[i]);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public String describe() {
    return "%,d tokens (hash %08x), %d batches of %d pieces of %d, seed %d"
        .formatted(text.length, Arrays.hashCode(text), batches, batchSize, length, seed);
  }
}
