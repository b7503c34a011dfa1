package dev.melange.papers.hardnegativemixing;

import dev.melange.component.Default;
import dev.melange.nn.Layer;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/** What MoCo does beside the gradient step: the slow key encoder, and the queue of its keys. */
public final class MocoUpdate {
  /**
   * Settings of the update.
   *
   * @param momentum share of itself that the key encoder keeps in a step
   */
  public record Config(@Default("0.999") double momentum) {
    /** Refuses momenta outside of 0 to 1. */
    public Config {
      if (!(momentum >= 0 && momentum <= 1)) {
        throw new IllegalArgumentException("momentum is 0 to 1, got " + momentum);
      }
    }
  }

  private MocoUpdate() {}

  /**
   * Moves the key encoder towards the query encoder, {@code theta_k = m theta_k + (1 - m) theta_q},
   * in place; before the keys of a step are computed. Buffers, such as running statistics, stay.
   *
   * @param query what is trained
   * @param key a network of the same shape
   * @throws IllegalArgumentException if the networks have different parameters
   */
  public static void encoder(Config config, Layer query, Layer key) {
    Map<String, Tensor> from = query.parameters();
    Map<String, Tensor> to = key.parameters();
    if (!from.keySet().equals(to.keySet())) {
      throw new IllegalArgumentException(
          "the key encoder must have the query encoder's parameters, got %d and %d of other names"
              .formatted(to.size(), from.size()));
    }
    to.forEach((name, parameter) -> parameter(config, from.get(name), parameter));
  }

  /**
   * Moves one parameter of the key encoder, in place.
   *
   * @param query the query encoder's
   * @param key the key encoder's, of the same shape
   */
  public static void parameter(Config config, Tensor query, Tensor key) {
    if (!Arrays.equals(query.shape(), key.shape())) {
      throw new IllegalArgumentException(
          "parameters of both encoders have the same shape, got %s and %s"
              .formatted(Arrays.toString(query.shape()), Arrays.toString(key.shape())));
    }
    try (Autograd.NoGrad guard = Autograd.noGrad()) {
      key.mul_(config.momentum).add_(query.detach(), 1 - config.momentum);
    }
  }

  /**
   * Overwrites the oldest keys of the queue, in place, from the pointer on and from the start when
   * the end is reached; after the loss of a step has been differentiated.
   *
   * @param queue keys as columns [D, K]
   * @param pointer the column of the oldest, 0 to K - 1
   * @param keys new keys of unit length [B, D], at most K
   * @return the column of the oldest key now
   */
  public static long enqueue(Tensor queue, long pointer, Tensor keys) {
    if (queue.dim() != 2
        || keys.dim() != 2
        || keys.size(1) != queue.size(0)
        || keys.size(0) > queue.size(1)) {
      throw new IllegalArgumentException(
          "expected a queue [D, K] and at most K keys [B, D], got %s and %s"
              .formatted(Arrays.toString(queue.shape()), Arrays.toString(keys.shape())));
    }
    long capacity = queue.size(1);
    if (pointer < 0 || pointer >= capacity) {
      throw new IllegalArgumentException(
          "the pointer is 0 to %d, got %d".formatted(capacity - 1, pointer));
    }
    try (Autograd.NoGrad guard = Autograd.noGrad()) {
      Tensor columns = keys.detach().t();
      long upToEnd = Math.min(keys.size(0), capacity - pointer);
      queue.narrow(1, pointer, upToEnd).copy_(columns.narrow(1, 0, upToEnd));
      long rest = keys.size(0) - upToEnd;
      queue.narrow(1, 0, rest).copy_(columns.narrow(1, upToEnd, rest));
    }
    return (pointer + keys.size(0)) % capacity;
  }
}
