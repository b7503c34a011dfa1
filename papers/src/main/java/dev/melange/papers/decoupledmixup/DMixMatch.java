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
    Tensor weak = in.get("logits_weak").detach();
    Tensor strong = in.get("logits_strong");
    long n = labels.size(0);
    if (weak.size(0) < n) {
      throw new IllegalArgumentException(
          "DMixMatch needs at least as many unlabelled as labelled images, got %d and %d"
              .formatted(weak.size(0), n));
    }
    Tensor confidence = weak.softmax(1).max(1);
    Tensor pseudo = weak.argmax(1);
    Tensor mask = confidence.ge(config.p_cutoff()).to(strong.dtype());
    Tensor logP = strong.logSoftmax(1);
    Tensor perImage =
        config.hard_label()
            ? logP.gather(1, pseudo.unsqueeze(1)).squeeze(1).neg()
            : weak.div(SOFT_TEMPERATURE).softmax(1).mul(logP).sum(1).neg();
    Tensor labeled = Losses.crossEntropy(in.get("logits_labeled"), labels);
    Tensor unlabeled = perImage.mul(mask).mean();

    DecoupledMixupConfig mixing =
        new DecoupledMixupConfig(
            "ce",
            "official",
            config.eta(),
            "both",
            0.5,
            "pow",
            1,
            config.lam_idx(),
            true,
            1,
            1,
            null);
    Tensor partners = labels.indexSelect(0, in.get("index"));
    double lamLl = in.get("lam_ll").item();
    Tensor mixLl =
        DecoupledMixup.loss(mixing, in.get("logits_mix_ll"), labels, partners, lamLl, null);
    double lamLu = in.get("lam_lu").item();
    double cutoff = Math.min(config.p_cutoff(), Math.max(config.p_mix_cutoff(), 1 - lamLu));
    Tensor trusted = confidence.narrow(0, 0, n).ge(cutoff).to(strong.dtype());
    Tensor mixLu =
        DecoupledMixup.loss(
            mixing, in.get("logits_mix_lu"), labels, pseudo.narrow(0, 0, n), lamLu, trusted);
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
        .put("mask_ratio", mask.mean())
        .map();
  }
}
