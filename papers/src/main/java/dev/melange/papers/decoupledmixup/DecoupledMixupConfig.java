package dev.melange.papers.decoupledmixup;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.mix.MixLabels;
import java.util.List;

/**
 * Settings of {@link DecoupledMixup}.
 *
 * @param form {@code ce}: softmax cross entropy with decoupled terms; {@code bce}: binary cross
 *     entropy with two-hot targets
 * @param pairing {@code paper}, or {@code official}: with the particularities of the published
 *     code, see {@link DecoupledMixup}
 * @param eta weight of the decoupled terms; ce only
 * @param eta_mode which terms count: both, or only that of the class with less (weight below {@code
 *     eta_thr}) or more of the mixture; ce only
 * @param eta_thr threshold of {@code eta_mode}
 * @param lam_scale_mode how a class's weight l scales its term or target: none, pow {@code (l /
 *     lam_thr)^|lam_idx|}, exp
 * @param lam_thr weights from here on count in full
 * @param lam_idx exponent of pow, base of exp
 * @param two_hot bce only: rescaled two-hot targets; false for the linear mixture
 * @param two_hot_scale bce only: below 1, targets are multiplied by it and cut at 1
 * @param neg_weight bce only: weight of the classes whose target is 0
 * @param label_mask bce with two-hot targets only: [a, b]; a side with false keeps its linear
 *     weight; null rescales both
 */
public record DecoupledMixupConfig(
    @Default("ce") @OneOf({"ce", "bce"}) String form,
    @Default("paper") @OneOf({"official", "paper"}) String pairing,
    @Default("0.1") double eta,
    @Default("both") @OneOf({"both", "less", "more"}) String eta_mode,
    @Default("0.5") double eta_thr,
    @Default("pow") @OneOf({"none", "pow", "exp"}) String lam_scale_mode,
    @Default("1") double lam_thr,
    @Default("1") double lam_idx,
    @Default("true") boolean two_hot,
    @Default("1") double two_hot_scale,
    @Default("1") double neg_weight,
    @Default("null") List<Boolean> label_mask) {
  /** Checks the ranges. */
  public DecoupledMixupConfig {
    require(eta >= 0, "eta must be at least 0", eta);
    require(lam_thr >= 0 && lam_thr <= 1, "lam_thr must be in [0, 1]", lam_thr);
    double base = Math.abs(lam_idx);
    require(
        !lam_scale_mode.equals("exp") || (base > 0 && base != 1),
        "lam_idx, the base of exp, must be neither 0 nor 1 nor -1",
        lam_idx);
    require(two_hot_scale > 0, "two_hot_scale must be positive", two_hot_scale);
    require(neg_weight >= 0, "neg_weight must be at least 0", neg_weight);
    if (label_mask != null) {
      if (label_mask.size() != 2) {
        throw new IllegalArgumentException("label_mask needs two values [a, b], got " + label_mask);
      }
      label_mask = List.copyOf(label_mask);
    }
  }

  /** The cross-entropy form of the paper with a given weight, no rescaling and both terms. */
  public static DecoupledMixupConfig paper(double eta) {
    return new DecoupledMixupConfig(
        "ce", "paper", eta, "both", 0.5, "none", 1, 1, true, 1, 1, null);
  }

  private static void require(boolean holds, String what, double value) {
    if (!holds) {
      throw new IllegalArgumentException(what + ", got " + value);
    }
  }

  boolean official() {
    return pairing.equals("official");
  }

  /** What a class of weight {@code l} in [0, 1] counts: h(l), 1 without rescaling. */
  double scale(double l) {
    return switch (lam_scale_mode) {
      case "pow" -> MixLabels.power(lam_idx, lam_thr).applyAsDouble(l);
      case "exp" -> MixLabels.exponential(lam_idx, lam_thr).applyAsDouble(l);
      default -> 1;
    };
  }

  /** Weight of a class's decoupled term: 0 if {@code eta_mode} leaves it out. */
  double termWeight(double l, boolean belowThreshold) {
    boolean selected = eta_mode.equals("both") || eta_mode.equals("less") == belowThreshold;
    return selected ? eta * scale(l) : 0;
  }
}
