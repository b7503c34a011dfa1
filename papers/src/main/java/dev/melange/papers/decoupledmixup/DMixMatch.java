package dev.melange.papers.decoupledmixup;

import dev.melange.component.Default;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Tensor;
import java.util.Map;

/**
 * The loss of DMixMatch: FixMatch with decoupled mixup of labelled with labelled and of labelled
 * with pseudo-labelled images.
 */
public final class DMixMatch {
  private static final double SOFT_TEMPERATURE = 0.5;

  private DMixMatch() {}

  /**
   * Settings.
   *
   * @param p_cutoff least confidence of a pseudo label
   * @param p_mix_cutoff least confidence of a pseudo label in a mixture
   * @param hard_label whether pseudo labels are classes; false for sharpened probabilities
   * @param weight_ul weight of the loss of unlabelled images
   * @param weight_mix_ll weight of labelled-labelled mixtures
   * @param weight_mix_lu weight of labelled-unlabelled mixtures
   * @param eta weight of the decoupled terms
   * @param lam_idx exponent of their rescaling
   */
  public record Config(
      @Default("0.95") double p_cutoff,
      @Default("0.95") double p_mix_cutoff,
      @Default("true") boolean hard_label,
      @Default("1") double weight_ul,
      @Default("1") double weight_mix_ll,
      @Default("1") double weight_mix_lu,
      @Default("1") double eta,
      @Default("1") double lam_idx) {}

  /**
   * The losses of one step: {@code loss} and its parts {@code loss_labeled}, {@code
   * loss_unlabeled}, {@code loss_mix_ll}, {@code loss_mix_lu}, and {@code mask_ratio}, the share of
   * unlabelled images that are confident.
   *
   * @param in logits_labeled, logits_mix_ll, logits_mix_lu [n, C]; logits_weak, logits_strong [N,
   *     C], N at least n; labels and index (partners) int64 [n]; lam_ll, lam_lu scalars
   */
  public static Map<String, Tensor> losses(Config config, Inputs in) {
    Tensor labels = in.get("labels");
    Tensor weak = in.get("logits_weak");
    long n = labels.size(0);
    if (weak.size(0) < n) {
      throw new IllegalArgumentException(
          "DMixMatch needs at least as many unlabelled as labelled images, got %d and %d"
              .formatted(weak.size(0), n));
    }
    PseudoLabels pseudo = PseudoLabels.of(weak);
    Tensor labeled = Losses.crossEntropy(in.get("logits_labeled"), labels);
    Tensor unlabeled = unlabeled(config, pseudo, in.get("logits_strong"));
    Tensor partners = labels.indexSelect(0, in.get("index"));
    Tensor mixLl =
        mixedLabeled(config, in.get("logits_mix_ll"), labels, partners, in.get("lam_ll").item());
    Tensor mixLu =
        mixedUnlabeled(config, in.get("logits_mix_lu"), labels, pseudo, in.get("lam_lu").item());
    Tensor total =
        labeled
            .add(unlabeled.mul(config.weight_ul()))
            .add(mixLl.mul(config.weight_mix_ll()))
            .add(mixLu.mul(config.weight_mix_lu()));
    return new Outputs()
        .put("loss", total)
        .put("loss_labeled", labeled)
        .put("loss_unlabeled", unlabeled)
        .put("loss_mix_ll", mixLl)
        .put("loss_mix_lu", mixLu)
        .put("mask_ratio", pseudo.trusted(config.p_cutoff()).to(weak.dtype()).mean())
        .map();
  }

  /**
   * What the weakly changed images are taken for.
   *
   * @param probabilities [N, C], without gradient
   * @param confidence the greatest of each, [N]
   * @param label its class, int64 [N]
   */
  record PseudoLabels(Tensor probabilities, Tensor confidence, Tensor label) {
    static PseudoLabels of(Tensor logits) {
      Tensor p = logits.detach().softmax(1);
      return new PseudoLabels(p, p.max(1), p.argmax(1));
    }

    Tensor trusted(double cutoff) {
      return confidence.ge(cutoff);
    }

    PseudoLabels first(long n) {
      return new PseudoLabels(
          probabilities.narrow(0, 0, n), confidence.narrow(0, 0, n), label.narrow(0, 0, n));
    }
  }

  /** The loss of strongly changed images against their pseudo labels, [N, C] to a scalar. */
  static Tensor unlabeled(Config config, PseudoLabels pseudo, Tensor strong) {
    Tensor logP = strong.logSoftmax(1);
    Tensor perImage =
        config.hard_label()
            ? logP.gather(1, pseudo.label().unsqueeze(1)).squeeze(1).neg()
            : pseudo.probabilities().log().div(SOFT_TEMPERATURE).softmax(1).mul(logP).sum(1).neg();
    return perImage.mul(pseudo.trusted(config.p_cutoff()).to(strong.dtype())).mean();
  }

  /** The decoupled loss of labelled images mixed with labelled ones. */
  static Tensor mixedLabeled(Config config, Tensor logits, Tensor a, Tensor b, double lam) {
    return DecoupledMixup.loss(mixing(config), logits, a, b, lam, null);
  }

  /**
   * The decoupled loss of n labelled images mixed with the first n unlabelled ones, those with an
   * uncertain pseudo label left out; the larger the unlabelled share, the more certain it must be.
   */
  static Tensor mixedUnlabeled(
      Config config, Tensor logits, Tensor labels, PseudoLabels pseudo, double lam) {
    PseudoLabels partner = pseudo.first(labels.size(0));
    double cutoff = Math.min(config.p_cutoff(), Math.max(config.p_mix_cutoff(), 1 - lam));
    Tensor trusted = partner.trusted(cutoff).to(logits.dtype());
    return DecoupledMixup.loss(mixing(config), logits, labels, partner.label(), lam, trusted);
  }

  private static DecoupledMixupConfig mixing(Config config) {
    return new DecoupledMixupConfig(
        "ce", "official", config.eta(), "both", 0.5, "pow", 1, config.lam_idx(), true, 1, 1, null);
  }
}
