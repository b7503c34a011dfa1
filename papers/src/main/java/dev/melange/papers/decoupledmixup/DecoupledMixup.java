package dev.melange.papers.decoupledmixup;

import dev.melange.mix.MixLoss;
import dev.melange.mix.MixLosses;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * The decoupled mixup losses. Besides the cross entropy of the mixture, each of its two classes
 * gets a cross entropy whose softmax leaves the other one out, so that both may be predicted
 * confidently (section 3, equations of DM(CE) and DM(BCE)). All losses are sums divided by the
 * batch size, also with sample weights.
 *
 * <p>With pairing {@code official} the loss follows the published code: there are no decoupled
 * terms if lam or 1 - lam is at most 0.001 or lam is 0.5, and the two weights are exchanged for the
 * whole batch if the first sample of two different classes has the larger class number first.
 */
public final class DecoupledMixup {
  private static final double PRESENT = 1e-3;
  // A logit of no probability, but finite, so that gradients stay numbers where all are left out.
  private static final double ABSENT = -1e30;

  private DecoupledMixup() {}

  /**
   * The loss of a mixed batch, a scalar.
   *
   * @param config the form and its weights
   * @param logits [N, C]
   * @param a classes whose weight is {@code lam}, int64 [N]
   * @param b classes whose weight is {@code 1 - lam}, int64 [N]
   * @param lam in [0, 1]
   * @param weight of each sample, [N]; null for 1
   */
  public static Tensor loss(
      DecoupledMixupConfig config, Tensor logits, Tensor a, Tensor b, double lam, Tensor weight) {
    check(logits, a, b, lam);
    Tensor perSample =
        config.form().equals("ce")
            ? crossEntropy(config, logits, a, b, lam)
            : binary(config, logits, a, b, lam);
    Tensor weighted = weight == null ? perSample : perSample.mul(weight);
    return weighted.sum().div((double) logits.size(0));
  }

  /**
   * Cross entropy of class {@code i} with class {@code j} left out of the softmax, [N]; where i
   * equals j nothing is left out.
   */
  static Tensor without(Tensor logits, Tensor i, Tensor j) {
    Tensor out = j.oneHot(logits.size(1)).ne(0).and(i.ne(j).unsqueeze(1));
    return logits
        .maskedFill(out, Double.NEGATIVE_INFINITY)
        .logSumExp(1)
        .sub(logits.gather(1, i.unsqueeze(1)).squeeze(1));
  }

  /**
   * The loss for training; a batch that is not mixed, because its lam is exactly 0 or 1, has no
   * decoupled terms. With pairing {@code official} it needs the whole batch at once. Batches with a
   * lam per image (PuzzleMix) need the terms as in the paper, both and not rescaled.
   */
  public static MixLoss of(DecoupledMixupConfig config) {
    return (logits, batch) -> {
      if (batch.lam().dim() != 0) {
        if (!config.form().equals("ce")
            || config.official()
            || !config.eta_mode().equals("both")
            || !config.lam_scale_mode().equals("none")) {
          throw new IllegalArgumentException(
              "this form of decoupled mixup needs one lam for the batch, got one per image %s; use it with a policy that mixes all images alike, such as cutmix"
                  .formatted(Arrays.toString(batch.lam().shape())));
        }
        Tensor target = batch.target((int) logits.size(1)).to(logits.dtype());
        return loss(logits, target, config.eta());
      }
      double lam = batch.lam().item();
      if (lam == 0 || lam == 1) {
        return MixLosses.CROSS_ENTROPY.loss(logits, batch);
      }
      return loss(config, logits, batch.label(), batch.labelB(), lam, null);
    };
  }

  /**
   * The loss of mixtures of any number of classes, with the same weight for all terms: the mixed
   * cross entropy, and for each class of a mixture a cross entropy whose softmax leaves its other
   * classes out. Of two classes it is DM(CE) of the paper without rescaling.
   *
   * @param logits [N, C]
   * @param target distributions over the classes, [N, C]
   * @param eta weight of the decoupled terms
   */
  public static Tensor loss(Tensor logits, Tensor target, double eta) {
    Tensor loss = MixLosses.softCrossEntropy(logits, target);
    Tensor present = target.gt(0);
    Tensor others = logits.maskedFill(present, ABSENT).logSumExp(1).unsqueeze(1);
    Tensor mixed = present.sum(1).gt(1).unsqueeze(1).and(present).to(logits.dtype());
    Tensor terms = others.sub(logits).softplus().mul(mixed);
    return loss.add(terms.sum().div((double) logits.size(0)).mul(eta));
  }

  /**
   * Percentage of mixed samples whose two classes are the two most probable ones, in any order; for
   * samples of two different classes.
   *
   * @param logits [N, C]
   * @param a classes, int64 [N]
   * @param b the other classes, int64 [N]
   */
  public static double bothFound(Tensor logits, Tensor a, Tensor b) {
    check(logits, a, b, 0.5);
    Tensor top = logits.topk(2, 1).indices();
    Tensor hasA = top.eq(a.unsqueeze(1)).sum(1).gt(0);
    Tensor hasB = top.eq(b.unsqueeze(1)).sum(1).gt(0);
    return 100 * hasA.and(hasB).sum().item() / logits.size(0);
  }

  /** Percentage of samples whose most probable class is {@code a}. */
  static double accuracy(Tensor logits, Tensor a) {
    return percent(logits.argmax(1), a);
  }

  /** Mixed accuracy: the heavier class first, the other second, each by its weight; percent. */
  static double mixedAccuracy(Tensor logits, Tensor a, Tensor b, double lam) {
    if (lam <= 0.5) {
      return mixedAccuracyOf(logits, b, a, 1 - lam);
    }
    return mixedAccuracyOf(logits, a, b, lam);
  }

  private static double mixedAccuracyOf(Tensor logits, Tensor first, Tensor second, double lam) {
    Tensor top = logits.topk(2, 1).indices();
    return lam * percent(top.select(1, 0), first) + (1 - lam) * percent(top.select(1, 1), second);
  }

  private static double percent(Tensor predicted, Tensor labels) {
    return 100 * predicted.eq(labels).sum().item() / labels.size(0);
  }

  private static Tensor crossEntropy(
      DecoupledMixupConfig config, Tensor logits, Tensor a, Tensor b, double lam) {
    Tensor logP = logits.logSoftmax(1);
    Tensor loss =
        logP.gather(1, a.unsqueeze(1))
            .mul(lam)
            .add(logP.gather(1, b.unsqueeze(1)).mul(1 - lam))
            .squeeze(1)
            .neg();
    boolean below = lam < config.eta_thr();
    double weightA = config.termWeight(lam, below);
    double weightB = config.termWeight(1 - lam, !below);
    if (config.official()) {
      if (lam <= PRESENT || 1 - lam <= PRESENT || lam == 0.5) {
        return loss;
      }
      if (firstPairDescends(a, b)) {
        double swap = weightA;
        weightA = weightB;
        weightB = swap;
      }
    }
    Tensor terms = without(logits, a, b).mul(weightA).add(without(logits, b, a).mul(weightB));
    return loss.add(terms.mul(a.ne(b).to(logits.dtype())));
  }

  private static boolean firstPairDescends(Tensor a, Tensor b) {
    long[] first = a.toLongs();
    long[] second = b.toLongs();
    int pair = Arrays.mismatch(first, second);
    return pair >= 0 && first[pair] > second[pair];
  }

  private static Tensor binary(
      DecoupledMixupConfig config, Tensor logits, Tensor a, Tensor b, double lam) {
    Tensor target =
        oneHot(logits, a)
            .mul(targetWeight(config, 0, lam))
            .add(oneHot(logits, b).mul(targetWeight(config, 1, 1 - lam)));
    if (config.two_hot_scale() < 1) {
      target = target.mul(config.two_hot_scale()).clampMax(1);
    }
    Tensor loss =
        target.mul(logits.logSigmoid()).add(target.rsub(1).mul(logits.neg().logSigmoid())).neg();
    if (config.neg_weight() < 1) {
      Tensor factor = target.gt(0).to(logits.dtype());
      loss = loss.mul(factor.mul(1 - config.neg_weight()).add(config.neg_weight()));
    }
    return loss.sum(1);
  }

  private static double targetWeight(DecoupledMixupConfig config, int side, double linear) {
    boolean rescaled =
        config.two_hot() && (config.label_mask() == null || config.label_mask().get(side));
    return rescaled ? config.scale(linear) : linear;
  }

  private static Tensor oneHot(Tensor logits, Tensor labels) {
    return labels.oneHot(logits.size(1)).to(logits.dtype());
  }

  private static void check(Tensor logits, Tensor a, Tensor b, double lam) {
    if (logits.dim() != 2 || logits.size(1) < 2) {
      throw new IllegalArgumentException(
          "decoupled mixup needs logits [N, C] of at least 2 classes, got "
              + Arrays.toString(logits.shape()));
    }
    for (Tensor labels : new Tensor[] {a, b}) {
      if (labels.dim() != 1 || labels.size(0) != logits.size(0)) {
        throw new IllegalArgumentException(
            "decoupled mixup needs one class per row of logits "
                + Arrays.toString(logits.shape())
                + ", got labels "
                + Arrays.toString(labels.shape()));
      }
    }
    if (!(lam >= 0 && lam <= 1)) {
      throw new IllegalArgumentException("lam must be in [0, 1], got " + lam);
    }
  }
}
