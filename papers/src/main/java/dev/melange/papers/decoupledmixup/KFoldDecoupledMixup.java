package dev.melange.papers.decoupledmixup;

import dev.melange.component.Default;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Decoupled cross entropy of mixtures of k classes, given as target probabilities. */
public final class KFoldDecoupledMixup {
  private KFoldDecoupledMixup() {}

  /**
   * Settings.
   *
   * @param eta_weight weight of the term of each of the k target values, in ascending order of the
   *     classes of the first sample of k classes
   * @param eps_smooth targets up to {@code max(0.001, eps_smooth)} count as absent
   */
  public record Config(List<Double> eta_weight, @Default("0.001") double eps_smooth) {
    /** Copies the weights. */
    public Config {
      eta_weight = List.copyOf(eta_weight);
    }
  }

  /**
   * The loss, a scalar: soft cross entropy and, for each target value, a cross entropy without the
   * other classes of the mixture; samples of fewer than k classes have soft cross entropy only.
   *
   * @param logits [N, C]
   * @param target [N, C], in each sample of k classes the same k distinct positive values
   * @throws IllegalArgumentException if the number of values is not that of the weights, or a
   *     sample does not have exactly one class of each value
   */
  public static Tensor loss(Config config, Tensor logits, Tensor target) {
    if (logits.dim() != 2 || !Arrays.equals(logits.shape(), target.shape())) {
      throw new IllegalArgumentException(
          "k-fold decoupled mixup needs logits and target of one shape [N, C], got "
              + Arrays.toString(logits.shape())
              + " and "
              + Arrays.toString(target.shape()));
    }
    double n = logits.size(0);
    Tensor loss = logits.logSoftmax(1).mul(target).sum().neg();
    Tensor present = target.gt(Math.max(1e-3, config.eps_smooth()));
    Tensor counts = present.sum(1);
    long k = (long) counts.max().item();
    if (k <= 1) {
      return loss.div(n);
    }
    if (k != config.eta_weight().size()) {
      throw new IllegalArgumentException(
          "eta_weight has "
              + config.eta_weight().size()
              + " values, but the targets mix "
              + k
              + " classes; give one weight per class");
    }
    Tensor rows = counts.eq(k).nonzero().squeeze(1);
    Tensor z = logits.indexSelect(0, rows);
    Tensor t = target.indexSelect(0, rows);
    Tensor mixed = present.indexSelect(0, rows);
    double[] values = t.get(0).maskedSelect(mixed.get(0)).toDoubles();
    for (int i = 0; i < values.length; i++) {
      Tensor own = t.sub(values[i]).abs().le(1e-6).and(mixed);
      if (own.sum(1).ne(1).any().item() != 0) {
        throw new IllegalArgumentException(
            "every sample of "
                + k
                + " classes must have exactly one of target "
                + values[i]
                + "; mix the batch with k distinct weights");
      }
      Tensor others = mixed.and(own.logicalNot());
      Tensor crossEntropy =
          z.maskedFill(others, Double.NEGATIVE_INFINITY)
              .logSumExp(1)
              .sub(z.mul(own.to(z.dtype())).sum(1));
      loss = loss.add(crossEntropy.sum().mul(config.eta_weight().get(i)));
    }
    return loss.div(n);
  }
}
