package dev.melange.papers.hardnegativemixing;

import dev.melange.component.Default;
import dev.melange.tensor.Tensor;

/**
 * The objective of MoCo: InfoNCE, in which each query has to tell its own key from a queue of keys
 * of earlier images. No gradient flows into keys and queue.
 */
public final class Moco {
  /**
   * Settings of the objective.
   *
   * @param temperature what similarities are divided by
   */
  public record Config(@Default("0.2") double temperature) {
    /** Refuses temperatures that are not positive. */
    public Config {
      requireTemperature(temperature);
    }
  }

  /**
   * The objective for a batch.
   *
   * @param loss mean cross entropy, a scalar
   * @param logits [B, 1 + K], the positive first
   * @param proxyAccuracy share of queries whose own key is most similar
   */
  public record Result(Tensor loss, Tensor logits, double proxyAccuracy) {}

  private Moco() {}

  /**
   * Computes the objective.
   *
   * @param q queries [B, D], of any length
   * @param k keys of the other views of the same images [B, D], of any length
   * @param queue negatives as columns of unit length [D, K]
   * @throws IllegalArgumentException if the shapes do not fit together
   */
  public static Result of(Config config, Tensor q, Tensor k, Tensor queue) {
    Contrast contrast = new Contrast(q, k, queue);
    Tensor logits = Tensor.cat(1, contrast.positive(), contrast.negative()).div(config.temperature);
    return new Result(Contrast.loss(logits), logits, Contrast.accuracy(logits));
  }

  static void requireTemperature(double temperature) {
    if (!(temperature > 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException("temperature is a positive number, got " + temperature);
    }
  }
}
