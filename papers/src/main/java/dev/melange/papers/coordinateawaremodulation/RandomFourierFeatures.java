package dev.melange.papers.coordinateawaremodulation;

import dev.melange.component.Default;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;

/**
 * Sines and cosines of random projections of coordinates, {@code [sin p, cos p]} with {@code p =
 * sigma x proj} and a fixed normal matrix. Coordinates [..., in] to features [..., 2 F].
 */
public final class RandomFourierFeatures extends UnaryLayer {
  /**
   * Configuration of {@code field/random-fourier-features}.
   *
   * @param in_features coordinates of a point
   * @param num_frequencies F
   * @param sigma factor of the projections
   * @param scale the features are multiplied by scale / sqrt(F); -1 for no factor
   * @param range width of the coordinates' range
   */
  public record Config(
      @Default("2") int in_features,
      @Default("256") int num_frequencies,
      @Default("10") double sigma,
      @Default("-1") double scale,
      @Default("1") double range) {
    /** Checks the sizes. */
    public Config {
      if (in_features < 1 || num_frequencies < 1) {
        throw new IllegalArgumentException(
            "in_features and num_frequencies must be at least 1, got %d and %d"
                .formatted(in_features, num_frequencies));
      }
      if (!(range > 0)) {
        throw new IllegalArgumentException("range must be positive, got " + range);
      }
    }
  }

  private final Config config;
  private final Tensor proj; // [in, F]

  /** Features of a new random matrix. */
  public RandomFourierFeatures(Config config, Rng rng) {
    this.config = config;
    proj =
        buffer(
            "proj",
            rng.normal(config.in_features, config.num_frequencies).mul(2 * Math.PI / config.range));
  }

  @Override
  public Tensor forward(Tensor coords) {
    Tensor[] parts =
        Scope.run(
            () -> {
              Tensor p = coords.matmul(proj.mul(config.sigma));
              return new Tensor[] {p.sin(), p.cos()};
            });
    Tensor features = Tensor.cat(-1, parts);
    return config.scale == -1
        ? features
        : features.mul(config.scale / Math.sqrt(config.num_frequencies));
  }
}
