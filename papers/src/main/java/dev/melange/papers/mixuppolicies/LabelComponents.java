package dev.melange.papers.mixuppolicies;

import dev.melange.component.Component;
import dev.melange.component.Default;
import dev.melange.component.Inputs;
import dev.melange.component.OneOf;
import dev.melange.mix.MixLabels;
import dev.melange.mix.MixLosses;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/** Labels and losses of mixed batches as components. */
final class LabelComponents {
  /** Settings of the targets; the keys are those of the component. */
  record LabelConfig(
      int num_classes,
      @Default("soft") @OneOf({"one_hot", "soft", "two_hot", "two_hot_rescaled"}) String mode,
      @Default("none") @OneOf({"original", "classy_vision", "multi_label", "none"})
          String smoothing,
      @Default("0.0") double label_smoothing,
      @Default("pow") @OneOf({"pow", "exp"}) String scale,
      @Default("1.0") double lam_idx,
      @Default("1.0") double lam_thr,
      @Default("1.0") double label_scale) {
    LabelConfig {
      if (num_classes < 1) {
        throw new IllegalArgumentException("num_classes must be at least 1, got " + num_classes);
      }
    }
  }

  /** Which loss. */
  record LossConfig(@OneOf({"hard_ce", "soft_ce", "bce"}) String form) {}

  private LabelComponents() {}

  static List<Component> all() {
    return List.of(
        Component.function(
            "mixup/labels",
            LabelConfig.class,
            (config, in) -> Map.of("target", target(config, in))),
        Component.function(
            "loss/mixup-label",
            LossConfig.class,
            (config, in) -> Map.of("loss", loss(config, in))));
  }

  private static Tensor target(LabelConfig config, Inputs in) {
    Tensor a = in.get("labels_a");
    Tensor b = in.get("labels_b");
    Tensor lam = in.get("lam");
    int classes = config.num_classes;
    DoubleUnaryOperator h =
        config.scale.equals("pow")
            ? MixLabels.power(config.lam_idx, config.lam_thr)
            : MixLabels.exponential(config.lam_idx, config.lam_thr);
    Tensor y =
        switch (config.mode) {
          case "one_hot" -> a.oneHot(classes).to(lam.dtype());
          case "soft" -> MixLabels.soft(a, b, lam, classes);
          case "two_hot" -> MixLabels.twoHot(a, b, lam, classes);
          default -> MixLabels.rescaled(a, b, lam, classes, h);
        };
    if (config.label_scale < 1) {
      y = y.mul(config.label_scale).clampMax(1);
    }
    double e = config.label_smoothing;
    return switch (config.smoothing) {
      case "original" -> MixLabels.smooth(y, e);
      case "classy_vision" -> MixLabels.smooth(y, e / (1 + e));
      case "multi_label" -> MixLabels.smoothMultiLabel(y, e);
      default -> y;
    };
  }

  private static Tensor loss(LossConfig config, Inputs in) {
    Tensor logits = in.get("logits");
    Tensor a = in.get("labels_a");
    Tensor b = in.get("labels_b");
    Tensor lam = in.get("lam");
    if (config.form.equals("hard_ce")) {
      return MixLosses.hardCrossEntropy(logits, a, b, lam);
    }
    Tensor target = MixLabels.soft(a, b, lam, (int) logits.size(1));
    return config.form.equals("soft_ce")
        ? MixLosses.softCrossEntropy(logits, target)
        : MixLosses.binaryCrossEntropy(logits, target);
  }
}
