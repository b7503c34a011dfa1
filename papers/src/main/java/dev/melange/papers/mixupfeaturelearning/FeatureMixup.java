package dev.melange.papers.mixupfeaturelearning;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.tensor.DType;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * The losses of {@link QuadraticCnn}: cross entropy of the samples, of one mixture per sample, or
 * of all ordered pairs. Patches are mixed position by position with {@code lam_x}, labels with
 * {@code lam_y}, which may differ.
 */
public final class FeatureMixup {
  private FeatureMixup() {}

  /**
   * Configuration of {@code loss/feature-mixup}.
   *
   * @param num_classes classes K
   * @param mode {@code standard}: no mixing; {@code pairs}: each sample with its partner; {@code
   *     all_pairs}: each with each, and with itself
   * @param lam_x share of a sample in its mixture, [0, 1]
   * @param lam_y share of its label, [0, 1]
   */
  public record Config(
      int num_classes,
      @OneOf({"standard", "pairs", "all_pairs"}) String mode,
      @Default("0.7") double lam_x,
      @Default("0.7") double lam_y) {
    /** Checks the classes and the shares. */
    public Config {
      checkShares(num_classes, lam_x, lam_y);
    }
  }

  static void checkShares(int classes, double lamX, double lamY) {
    if (classes < 1) {
      throw new IllegalArgumentException("num_classes must be at least 1, got " + classes);
    }
    if (!(lamX >= 0 && lamX <= 1 && lamY >= 0 && lamY <= 1)) {
      throw new IllegalArgumentException(
          "lam_x and lam_y must be in [0, 1], got " + lamX + " and " + lamY);
    }
  }

  /**
   * The loss of a mode.
   *
   * @param w filters [K, m, d]
   * @param patches [n, P, d]
   * @param labels int64 [n]
   * @param index the partners, int64 [n]; read by mode {@code pairs} only, else may be null
   * @return a scalar
   */
  public static Tensor loss(Config config, Tensor w, Tensor patches, Tensor labels, Tensor index) {
    if (w.size(0) != config.num_classes) {
      throw new IllegalArgumentException(
          "num_classes is %d, but the filters [K, m, d] are %s"
              .formatted(config.num_classes, Arrays.toString(w.shape())));
    }
    return switch (config.mode) {
      case "standard" -> standard(w, patches, labels);
      case "pairs" -> pairs(w, patches, labels, index, config.lam_x, config.lam_y);
      default -> allPairs(w, patches, labels, config.lam_x, config.lam_y);
    };
  }

  /** Mean cross entropy of the samples as they are. */
  public static Tensor standard(Tensor w, Tensor patches, Tensor labels) {
    checkLabels(patches, labels);
    return Losses.crossEntropy(QuadraticCnn.logits(w, patches), labels);
  }

  /**
   * Mean cross entropy of one mixture per sample: with the partners of a random permutation it
   * stands for {@link #allPairs} where those are too many.
   */
  public static Tensor pairs(
      Tensor w, Tensor patches, Tensor labels, Tensor index, double lamX, double lamY) {
    checkLabels(patches, labels);
    if (index == null) {
      throw new IllegalArgumentException("mode pairs needs the partners as input index, int64 [n]");
    }
    Tensor mixed = patches.mul(lamX).add(patches.indexSelect(0, index).mul(1 - lamX));
    Tensor log = QuadraticCnn.logits(w, mixed).logSoftmax(1);
    Tensor own = log.gather(1, labels.unsqueeze(1));
    Tensor partner = log.gather(1, labels.indexSelect(0, index).unsqueeze(1));
    return own.mul(lamY).add(partner.mul(1 - lamY)).mean().neg();
  }

  /** Mean cross entropy of the mixtures of all n^2 ordered pairs, samples with themselves too. */
  public static Tensor allPairs(Tensor w, Tensor patches, Tensor labels, double lamX, double lamY) {
    checkLabels(patches, labels);
    // responses are linear in the patches, so those of mixtures need no mixed patches:
    // |a s_i + b s_j|^2 = a^2 |s_i|^2 + b^2 |s_j|^2 + 2 a b <s_i, s_j>
    Tensor s = QuadraticCnn.responses(w, patches).transpose(0, 1); // [K, n, m P]
    Tensor own = s.square().sum(2); // [K, n]
    Tensor logits =
        s.matmul(s.transpose(1, 2))
            .mul(2 * lamX * (1 - lamX))
            .add(own.mul(lamX * lamX).unsqueeze(2))
            .add(own.mul((1 - lamX) * (1 - lamX)).unsqueeze(1)); // [K, i, j]
    Tensor log = logits.logSoftmax(0);
    Tensor target = labels.oneHot(w.size(0)).to(log.dtype()).t(); // [K, n]
    Tensor mixed = target.unsqueeze(2).mul(lamY).add(target.unsqueeze(1).mul(1 - lamY));
    return log.mul(mixed).sum(0).mean().neg();
  }

  private static void checkLabels(Tensor patches, Tensor labels) {
    if (labels.dim() != 1 || labels.dtype() != DType.I64 || labels.size(0) != patches.size(0)) {
      throw new IllegalArgumentException(
          "patches %s need int64 labels [%d], got %s %s"
              .formatted(
                  Arrays.toString(patches.shape()),
                  patches.size(0),
                  labels.dtype(),
                  Arrays.toString(labels.shape())));
    }
  }
}
