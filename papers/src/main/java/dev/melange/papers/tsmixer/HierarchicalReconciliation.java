package dev.melange.papers.tsmixer;

import dev.melange.tensor.Losses;
import dev.melange.tensor.Tensor;

/**
 * The loss of a forecast with sums: of the steps, of the sums, and of their disagreement; the two
 * latter over p squared. Component {@code loss/hierarchical-reconciliation}.
 *
 * @param granular mean squared error of the steps
 * @param aggregate that of the sums, over p squared
 * @param consistency that between the steps' sums and the forecast sums, over p squared
 */
public record HierarchicalReconciliation(Tensor granular, Tensor aggregate, Tensor consistency) {
  /**
   * Settings.
   *
   * @param hierarchy_patch_length steps of a sum, p
   */
  public record Config(int hierarchy_patch_length) {
    /** Checks the length. */
    public Config {
      if (hierarchy_patch_length < 1) {
        throw new IllegalArgumentException(
            "hierarchy_patch_length must be at least 1, got " + hierarchy_patch_length);
      }
    }
  }

  /**
   * The loss.
   *
   * @param steps of a sum, p
   * @param forecast [B, H, C]
   * @param target [B, H, C]
   * @param sums forecast sums, [B, H / p, C]
   */
  public static HierarchicalReconciliation of(
      int steps, Tensor forecast, Tensor target, Tensor sums) {
    requireDivides(steps, (int) forecast.size(1));
    double square = (double) steps * steps;
    return new HierarchicalReconciliation(
        Losses.mse(forecast, target),
        Losses.mse(sums, sums(target, steps)).div(square),
        Losses.mse(sums(forecast, steps), sums).div(square));
  }

  /** Sums of so many consecutive steps: [B, H, C] to [B, H / steps, C]. */
  static Tensor sums(Tensor x, int steps) {
    return x.unflatten(1, x.size(1) / steps, steps).sum(2);
  }

  static void requireDivides(int steps, int horizon) {
    if (steps < 1 || horizon % steps != 0) {
      throw new IllegalArgumentException(
          "hierarchy_patch_length must divide the horizon %d, got %d".formatted(horizon, steps));
    }
  }

  /** The sum of the three. */
  public Tensor loss() {
    return granular.add(aggregate).add(consistency);
  }
}
