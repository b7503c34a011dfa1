package dev.melange.papers.tsmixer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.tensor.Tensor;

/** Scaling of every window and channel by its own observed values (gradients flow through it). */
enum WindowScaler {
  /** {@code (x - mean) / sqrt(var + 1e-5)}, biased variance; missing values are scaled, too. */
  STD,
  /** {@code x / mean|x|}; a channel without an observed value takes the batch's mean. */
  MEAN,
  /** As it is. */
  NONE;

  private static final double MINIMUM = 1e-5;
  private static final double MEAN_MINIMUM = 1e-10;

  /**
   * A scaled window.
   *
   * @param values [B, T, C]
   * @param loc what was subtracted, [B, 1, C]
   * @param scale what it was divided by, [B, 1, C]
   */
  record Scaled(Tensor values, Tensor loc, Tensor scale) {}

  /** The scaler of a configuration's value: the code of the release decides that true is std. */
  static WindowScaler of(JsonNode value) {
    if (value == null || value.isNull()) {
      return NONE;
    }
    if (value.isBoolean()) {
      return value.asBoolean() ? STD : NONE;
    }
    return switch (value.asText()) {
      case "std", "true" -> STD;
      case "mean" -> MEAN;
      default -> NONE;
    };
  }

  /**
   * Scales windows.
   *
   * @param x [B, T, C]
   * @param observed ones and zeros [B, T, C]; null for all observed
   */
  Scaled apply(Tensor x, Tensor observed) {
    return switch (this) {
      case STD -> standard(x, observed);
      case MEAN -> mean(x, observed);
      case NONE -> {
        Tensor zero = x.detach().narrow(1, 0, 1).zerosLike();
        yield new Scaled(x, zero, zero.onesLike());
      }
    };
  }

  private static Scaled standard(Tensor x, Tensor observed) {
    if (observed == null) {
      Tensor loc = x.meanKeep(1);
      Tensor centered = x.sub(loc);
      Tensor scale = centered.square().meanKeep(1).add(MINIMUM).sqrt();
      return new Scaled(centered.div(scale), loc, scale);
    }
    Tensor count = observed.sumKeep(1).clampMin(1);
    Tensor loc = x.mul(observed).sumKeep(1).div(count);
    Tensor centered = x.sub(loc);
    Tensor variance = centered.mul(observed).square().sumKeep(1).div(count);
    Tensor scale = variance.add(MINIMUM).sqrt();
    return new Scaled(centered.div(scale), loc, scale);
  }

  private static Scaled mean(Tensor x, Tensor observed) {
    Tensor weights = observed == null ? x.detach().onesLike() : observed;
    Tensor sum = x.mul(weights).abs().sumKeep(1);
    Tensor count = weights.sumKeep(1);
    Tensor own = sum.div(count.clampMin(1));
    Tensor fallback = sum.sumKeep(0).div(count.sumKeep(0).clampMin(1));
    Tensor scale = Tensor.where(count.gt(0), own, fallback).clampMin(MEAN_MINIMUM);
    return new Scaled(x.div(scale), scale.detach().zerosLike(), scale);
  }
}
