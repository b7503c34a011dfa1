package dev.melange.papers.hardnegativemixing;

import dev.melange.tensor.Tensor;
import java.util.Arrays;

/** A batch of queries on the unit sphere beside their keys and a queue of negatives. */
final class Contrast {
  private final Tensor query;
  private final Tensor key;
  private final Tensor queue;

  /**
   * Normalises queries and keys; keys and queue are constants of the graph.
   *
   * @param q queries [B, D]
   * @param k keys of the other views [B, D]
   * @param queue negatives as columns of unit length [D, K]
   */
  Contrast(Tensor q, Tensor k, Tensor queue) {
    if (q.dim() != 2
        || !Arrays.equals(q.shape(), k.shape())
        || queue.dim() != 2
        || queue.size(0) != q.size(1)
        || queue.size(1) < 1) {
      throw new IllegalArgumentException(
          "expected queries and keys [B, D] and a queue [D, K], got q %s, k %s, queue %s"
              .formatted(
                  Arrays.toString(q.shape()),
                  Arrays.toString(k.shape()),
                  Arrays.toString(queue.shape())));
    }
    query = UnitVectors.of(q);
    key = UnitVectors.of(k.detach());
    this.queue = queue.detach();
  }

  /** The queries, of unit length, [B, D]. */
  Tensor query() {
    return query;
  }

  /** The negatives as columns, [D, K]. */
  Tensor queue() {
    return queue;
  }

  /** Similarities of each query to its key, [B, 1]. */
  Tensor positive() {
    return query.mul(key).sumKeep(1);
  }

  /** Similarities of each query to all negatives, [B, K]. */
  Tensor negative() {
    return query.matmul(queue);
  }

  /** Cross entropy of logits [B, n] whose right class is the first, mean over the batch. */
  static Tensor loss(Tensor logits) {
    return logits.logSoftmax(1).select(1, 0).mean().neg();
  }

  /** Share of rows whose first logit is greatest. */
  static double accuracy(Tensor logits) {
    Tensor constant = logits.detach();
    Tensor greatest = constant.max(1);
    return constant.select(1, 0).eq(greatest).to(constant.dtype()).mean().item();
  }
}
