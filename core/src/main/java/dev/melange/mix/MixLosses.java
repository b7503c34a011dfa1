package dev.melange.mix;

import dev.melange.tensor.Tensor;

/** Losses of mixed batches: means over the samples. */
public final class MixLosses {
  /** {@link #hardCrossEntropy} of a mixed batch: the usual loss. */
  public static final MixLoss CROSS_ENTROPY =
      (logits, batch) -> hardCrossEntropy(logits, batch.label(), batch.labelB(), batch.lam());

  /** {@link #binaryCrossEntropy} of a mixed batch with its soft labels. */
  public static final MixLoss BINARY_CROSS_ENTROPY =
      (logits, batch) ->
          binaryCrossEntropy(logits, batch.target((int) logits.size(1)).to(logits.dtype()));

  private MixLosses() {}

  /**
   * {@code lam * CE(z, a) + (1 - lam) * CE(z, b)}.
   *
   * @param logits [N, K]
   * @param a int64 labels [N]
   * @param b int64 labels [N]
   * @param lam a number or [N]
   */
  public static Tensor hardCrossEntropy(Tensor logits, Tensor a, Tensor b, Tensor lam) {
    Tensor weight = lam.to(logits.dtype());
    Tensor log = logits.logSoftmax(1);
    Tensor first = log.gather(1, a.unsqueeze(1)).squeeze(1);
    Tensor second = log.gather(1, b.unsqueeze(1)).squeeze(1);
    return first.mul(weight).add(second.mul(weight.rsub(1))).mean().neg();
  }

  /** {@code -sum y log softmax(z) / N} of logits and targets, both [N, K]. */
  public static Tensor softCrossEntropy(Tensor logits, Tensor target) {
    return logits.logSoftmax(1).mul(target).sum(1).mean().neg();
  }

  /** Binary cross-entropy of logits and targets, both [N, K]: summed over the classes. */
  public static Tensor binaryCrossEntropy(Tensor logits, Tensor target) {
    return logits.softplus().sub(logits.mul(target)).sum(1).mean();
  }
}
