package dev.melange.papers.decoupledmixup;

import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * Pseudo group contrast (PGC): a query is drawn equally to its own key and to all queued keys of
 * its class, away from those of other classes. The queue holds {@code queue_size} keys per class.
 */
public final class GroupContrast {
  private GroupContrast() {}

  /**
   * Settings.
   *
   * @param queue_size keys per class
   * @param num_classes number of classes
   * @param temperature divides the similarities
   */
  public record Config(int queue_size, int num_classes, double temperature) {
    /** Checks the ranges. */
    public Config {
      if (queue_size < 1 || num_classes < 1 || !(temperature > 0)) {
        throw new IllegalArgumentException(
            "queue_size, num_classes and temperature must be positive, got %d, %d, %s"
                .formatted(queue_size, num_classes, temperature));
      }
    }
  }

  /**
   * Result of a step.
   *
   * @param logProb log softmax over own key, own class, other classes in order, [N, 1 + Q C]
   * @param loss divergence from the uniform distribution over own key and own class, a scalar
   * @param queue the queue with the keys of this batch written, [D, Q C]
   * @param pointers where each class is written next, int64 [C]
   */
  public record Step(Tensor logProb, Tensor loss, Tensor queue, Tensor pointers) {}

  /**
   * One step; all samples see the queue as it was before. Keys and queue carry no gradient.
   *
   * @param q queries [N, D], normalised here
   * @param k keys [N, D], normalised here
   * @param queue [D, Q C], columns of a class side by side
   * @param pointers int64 [C]
   * @param labels int64 [N]
   */
  public static Step step(
      Config config, Tensor q, Tensor k, Tensor queue, Tensor pointers, Tensor labels) {
    int size = config.queue_size();
    int columns = size * config.num_classes();
    if (queue.dim() != 2 || queue.size(1) != columns || queue.size(0) != q.size(1)) {
      throw new IllegalArgumentException(
          "the queue must be [%d, %d], got %s"
              .formatted(q.size(1), columns, Arrays.toString(queue.shape())));
    }
    long[] classes = labels.toLongs();
    for (long label : classes) {
      if (label < 0 || label >= config.num_classes()) {
        throw new IllegalArgumentException(
            "labels must be in [0, %d), got %d".formatted(config.num_classes(), label));
      }
    }
    Tensor query = normalized(q);
    Tensor key = normalized(k.detach());
    Tensor old = queue.detach();
    Tensor order = order(classes, size, columns).to(q.device());
    Tensor logits =
        Tensor.cat(1, query.mul(key).sumKeep(1), query.matmul(old).gather(1, order))
            .div(config.temperature());
    Tensor logProb = logits.logSoftmax(1);
    Tensor loss = logProb.narrow(1, 0, size + 1).mean(1).neg().sub(Math.log(size + 1.0)).mean();
    Queue next = write(config, k, queue, pointers, labels);
    return new Step(logProb, loss, next.keys(), next.pointers());
  }

  /** The queue after a step: its keys [D, Q C], and where each class is written next, [C]. */
  record Queue(Tensor keys, Tensor pointers) {}

  /** Writes keys [N, D] one by one over the oldest of their classes. */
  static Queue write(Config config, Tensor k, Tensor queue, Tensor pointers, Tensor labels) {
    Tensor key = normalized(k.detach());
    Tensor next = queue.detach().copy();
    long[] classes = labels.toLongs();
    long[] at = pointers.toLongs();
    for (int n = 0; n < classes.length; n++) {
      int label = (int) classes[n];
      next.narrow(1, (long) label * config.queue_size() + at[label], 1)
          .copy_(key.narrow(0, n, 1).t());
      at[label] = (at[label] + 1) % config.queue_size();
    }
    return new Queue(next, Tensor.of(at).to(pointers.device()));
  }

  private static Tensor normalized(Tensor x) {
    return x.div(x.normKeep(2, 1).clampMin(1e-12));
  }

  /** Columns of each sample: those of its class, then the others in order. */
  private static Tensor order(long[] classes, int size, int columns) {
    long[] order = new long[classes.length * columns];
    int i = 0;
    for (long label : classes) {
      long start = label * size;
      for (long c = start; c < start + size; c++) {
        order[i++] = c;
      }
      for (long c = 0; c < columns; c++) {
        if (c < start || c >= start + size) {
          order[i++] = c;
        }
      }
    }
    return Tensor.of(order, classes.length, columns);
  }
}
