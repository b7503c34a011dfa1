package dev.melange.tensor;

import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Loss functions; each returns a scalar, the mean, unless it says otherwise. */
public final class Losses {
  private static final long MEAN = 1;
  private static final long IGNORE = -100;

  private Losses() {}

  /**
   * Cross entropy of logits against class numbers; targets of -100 are ignored.
   *
   * @param logits [N, C]
   * @param target {@link DType#I64} [N]
   */
  public static Tensor crossEntropy(Tensor logits, Tensor target) {
    return crossEntropy(logits, target, 0);
  }

  /**
   * Cross entropy with label smoothing: the target puts {@code smoothing / C} on every class.
   *
   * @param logits [N, C]
   * @param target class numbers {@link DType#I64} [N], or probabilities [N, C]
   * @param smoothing 0 for none
   */
  public static Tensor crossEntropy(Tensor logits, Tensor target, double smoothing) {
    try (TensorOptional none = new TensorOptional()) {
      return Native.op(
          "cross_entropy",
          () -> torch.cross_entropy_loss(logits.raw(), target.raw(), none, MEAN, IGNORE, smoothing),
          logits,
          target);
    }
  }

  /** Cross entropy against probabilities [N, C]: {@code -mean_n sum_c t log softmax(z)}. */
  public static Tensor softCrossEntropy(Tensor logits, Tensor target) {
    return logits.logSoftmax(-1).mul(target).sum(-1).mean().neg();
  }

  /** Binary cross entropy of logits, mean over all elements. */
  public static Tensor bceWithLogits(Tensor logits, Tensor target) {
    return Native.op(
        "binary_cross_entropy_with_logits",
        () -> torch.binary_cross_entropy_with_logits(logits.raw(), target.raw()),
        logits,
        target);
  }

  /** Binary cross entropy of probabilities, mean over all elements; logarithms at least -100. */
  public static Tensor bce(Tensor probability, Tensor target) {
    return Native.op(
        "binary_cross_entropy",
        () -> torch.binary_cross_entropy(probability.raw(), target.raw()),
        probability,
        target);
  }

  /** Mean squared error. */
  public static Tensor mse(Tensor prediction, Tensor target) {
    return Native.op(
        "mse_loss", () -> torch.mse_loss(prediction.raw(), target.raw()), prediction, target);
  }

  /** Mean absolute error. */
  public static Tensor l1(Tensor prediction, Tensor target) {
    return prediction.sub(target).abs().mean();
  }

  /** Huber loss: quadratic below {@code beta}, linear above, divided by beta. */
  public static Tensor smoothL1(Tensor prediction, Tensor target, double beta) {
    return Native.op(
        "smooth_l1_loss",
        () -> torch.smooth_l1_loss(prediction.raw(), target.raw(), MEAN, beta),
        prediction,
        target);
  }

  /**
   * Kullback-Leibler divergence {@code sum q (log q - log p)} over the last dimension, mean over
   * the others.
   *
   * @param logP logarithms of the approximating probabilities
   * @param logQ logarithms of the true probabilities
   */
  public static Tensor klDivergence(Tensor logP, Tensor logQ) {
    return logQ.exp().mul(logQ.sub(logP)).sum(-1).mean();
  }
}
