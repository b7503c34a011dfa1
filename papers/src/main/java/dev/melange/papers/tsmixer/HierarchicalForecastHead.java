package dev.melange.papers.tsmixer;

import dev.melange.nn.Layer;
import dev.melange.nn.Linear;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * Forecasts steps and, beside them, the sums of patches of steps (section on hierarchical
 * reconciliation; not in the official release). Component {@code layer/hierarchical-forecast-head}.
 */
public final class HierarchicalForecastHead extends Layer {
  /**
   * Sizes.
   *
   * @param num_patches N
   * @param d_model D
   * @param prediction_length H
   * @param hierarchy_patch_length steps of a sum, p; divides H
   */
  public record Config(
      int num_patches, int d_model, int prediction_length, int hierarchy_patch_length) {
    /** Checks the sizes. */
    public Config {
      if (num_patches < 1 || d_model < 1 || prediction_length < 1) {
        throw new IllegalArgumentException(
            "num_patches, d_model and prediction_length must be at least 1, got %d, %d and %d"
                .formatted(num_patches, d_model, prediction_length));
      }
      HierarchicalReconciliation.requireDivides(hierarchy_patch_length, prediction_length);
    }
  }

  /**
   * A forecast with its sums, in the windows' units.
   *
   * @param forecast [B, H, C]
   * @param aggregate sums of p steps, [B, H / p, C]
   */
  public record Forecast(Tensor forecast, Tensor aggregate) {}

  private final Config config;
  private final Linear granular;
  private final Linear aggregate;

  /** A head with initial weights from the stream. */
  public HierarchicalForecastHead(Config config, Rng rng) {
    this.config = config;
    int flat = config.num_patches() * config.d_model();
    granular = child("granular", TsInit.linear(flat, config.prediction_length(), rng));
    aggregate =
        child(
            "aggregate",
            TsInit.linear(flat, config.prediction_length() / config.hierarchy_patch_length(), rng));
  }

  /**
   * Forecasts.
   *
   * @param hidden [B, C, N, D]
   * @param loc of the windows, [B, 1, C]
   * @param scale of the windows, [B, 1, C]
   */
  public Forecast forward(Tensor hidden, Tensor loc, Tensor scale) {
    Tensor flat = hidden.flatten(2, 3);
    Tensor steps = granular.forward(flat).transpose(1, 2).mul(scale).add(loc);
    // A sum of p steps is moved by p times the location.
    Tensor sums =
        aggregate
            .forward(flat)
            .transpose(1, 2)
            .mul(scale)
            .add(loc.mul(config.hierarchy_patch_length()));
    return new Forecast(steps, sums);
  }
}
