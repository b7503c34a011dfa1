package dev.melange.papers.mixupfeaturelearning;

import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * The two-layer network of the paper's theory: filters slide over patches, their responses are
 * squared and summed, {@code F_k(x) = sum_r sum_p <w_kr, x_p>^2}. Patches [n, P, d] to logits [n,
 * K]. The second layer is fixed to ones; there is no bias.
 */
public final class QuadraticCnn extends UnaryLayer {
  /** Standard deviation of the initial weights. */
  public static final double INITIAL_STD = 0.01;

  /**
   * Configuration of {@code vision/quadratic-cnn}.
   *
   * @param num_classes classes K
   * @param filters filters m of each class
   * @param dim length d of a patch
   */
  public record Config(int num_classes, int filters, int dim) {
    /** Checks that all sizes are positive. */
    public Config {
      if (num_classes < 1 || filters < 1 || dim < 1) {
        throw new IllegalArgumentException(
            "num_classes, filters and dim must be at least 1, got %d, %d and %d"
                .formatted(num_classes, filters, dim));
      }
    }
  }

  private final Tensor w; // [K, m, d]

  /** A network with normally distributed weights of {@link #INITIAL_STD}. */
  public QuadraticCnn(Config config, Rng rng) {
    Tensor initial = Tensor.zeros(config.num_classes, config.filters, config.dim);
    w = parameter("w", rng.normal_(initial, 0, INITIAL_STD));
  }

  /** The filters, [K, m, d]. */
  public Tensor weight() {
    return w;
  }

  @Override
  public Tensor forward(Tensor patches) {
    return logits(w, patches);
  }

  /**
   * The logits of given filters.
   *
   * @param w filters [K, m, d]
   * @param patches [n, P, d]
   * @return [n, K]
   */
  public static Tensor logits(Tensor w, Tensor patches) {
    return responses(w, patches).square().sum(2);
  }

  /** The inner products of all filters and patches: [n, K, m * P]. */
  static Tensor responses(Tensor w, Tensor patches) {
    if (patches.dim() != 3 || patches.size(2) != w.size(2)) {
      throw new IllegalArgumentException(
          "quadratic CNN expects patches [n, P, %d], got %s"
              .formatted(w.size(2), Arrays.toString(patches.shape())));
    }
    return Tensor.einsum("npd,kmd->nkmp", patches, w).flatten(2, 3);
  }
}
