package dev.melange.papers.timemixer;

import dev.melange.component.Default;
import dev.melange.nn.Layer;
import dev.melange.tensor.Tensor;

/**
 * Removes each sample's level and scale per channel before a model and restores them after it, with
 * a learned affine map between. Statistics are over time and carry no gradient, except for the last
 * value where that is the level.
 */
public final class ReversibleNorm extends Layer {
  private static final double EPS = 1e-5;

  /**
   * How to normalise.
   *
   * @param num_features number of channels, N
   * @param affine whether a learned scale and shift follow
   * @param subtract_last the level is the last value instead of the mean
   * @param non_norm do nothing; the affine parameters exist all the same
   */
  public record Config(
      int num_features,
      @Default("true") boolean affine,
      @Default("false") boolean subtract_last,
      @Default("false") boolean non_norm) {
    /** Checks the number of channels. */
    public Config {
      if (num_features < 1) {
        throw new IllegalArgumentException("num_features must be at least 1, got " + num_features);
      }
    }
  }

  /**
   * A normalised batch with the statistics that undo it.
   *
   * @param values [B, T, N]
   * @param level [B, 1, N]; null if nothing was normalised
   * @param std [B, 1, N]; null if nothing was normalised
   */
  public record Normalized(Tensor values, Tensor level, Tensor std) {}

  private final Config config;
  private final Tensor weight;
  private final Tensor bias;

  /** A layer with scale 1 and shift 0. */
  public ReversibleNorm(Config config) {
    this.config = config;
    weight =
        config.affine() ? parameter("affine_weight", Tensor.ones(config.num_features())) : null;
    bias = config.affine() ? parameter("affine_bias", Tensor.zeros(config.num_features())) : null;
  }

  /** Normalises x, [B, T, N]. */
  public Normalized normalize(Tensor x) {
    if (config.non_norm()) {
      return new Normalized(x, null, null);
    }
    Tensor level =
        config.subtract_last() ? x.slice(1, x.size(1) - 1, x.size(1)) : x.detach().meanKeep(1);
    Tensor std = x.detach().varKeep(0, 1).add(EPS).sqrt();
    Tensor y = x.sub(level).div(std);
    return new Normalized(weight == null ? y : y.mul(weight).add(bias), level, std);
  }

  /** Restores the level and scale of {@code from} in y, [B, H, N]. */
  public Tensor denormalize(Tensor y, Normalized from) {
    if (config.non_norm()) {
      return y;
    }
    Tensor plain = weight == null ? y : y.sub(bias).div(weight.add(EPS * EPS));
    return plain.mul(from.std()).add(from.level());
  }
}
