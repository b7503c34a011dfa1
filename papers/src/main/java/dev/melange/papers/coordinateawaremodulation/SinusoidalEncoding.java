package dev.melange.papers.coordinateawaremodulation;

import dev.melange.component.Default;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Tensor;
import java.util.stream.LongStream;

/**
 * Sines of coordinates at frequencies that are powers of two, without a factor pi: the sines of all
 * frequencies and coordinates, then the same a quarter period later. [n, x_dim] to [n, {@link
 * Config#size}].
 */
public final class SinusoidalEncoding extends UnaryLayer {
  /**
   * Configuration of {@code field/sinusoidal-encoding}.
   *
   * @param x_dim coordinates of a point
   * @param min_deg exponent of the lowest frequency
   * @param max_deg exponent after that of the highest; if it is min_deg, points stay as they are
   * @param use_identity whether the coordinates themselves come first
   */
  public record Config(
      int x_dim,
      @Default("0") int min_deg,
      @Default("10") int max_deg,
      @Default("true") boolean use_identity) {
    private static final int MAX_DEGREE = 63; // powers of two that int64 holds

    /** Checks the degrees. */
    public Config {
      if (x_dim < 1 || min_deg < 0 || max_deg < min_deg || max_deg > MAX_DEGREE) {
        throw new IllegalArgumentException(
            "an encoding needs x_dim of at least 1 and 0 <= min_deg <= max_deg <= %d, got %d, %d and %d"
                .formatted(MAX_DEGREE, x_dim, min_deg, max_deg));
      }
    }

    /** Features of a point. */
    public int size() {
      int degrees = max_deg - min_deg;
      return degrees == 0 ? x_dim : ((use_identity ? 1 : 0) + 2 * degrees) * x_dim;
    }
  }

  private final Config config;
  private final Tensor scales; // int64, [degrees]

  /** An encoding; its frequencies are saved with the weights, as the official code does. */
  public SinusoidalEncoding(Config config) {
    this.config = config;
    scales = buffer("scales", scales(config));
  }

  private static Tensor scales(Config config) {
    return Tensor.of(
        LongStream.range(config.min_deg, config.max_deg).map(degree -> 1L << degree).toArray(),
        config.max_deg - config.min_deg);
  }

  @Override
  public Tensor forward(Tensor x) {
    return encode(x, scales, config);
  }

  /** The encoding of points, without a layer. */
  static Tensor encode(Tensor x, Config config) {
    return encode(x, scales(config).to(x.device()), config);
  }

  private static Tensor encode(Tensor x, Tensor scales, Config config) {
    if (x.size(-1) != config.x_dim) {
      throw new IllegalArgumentException(
          "the encoding expects points of %d coordinates, got %d"
              .formatted(config.x_dim, x.size(-1)));
    }
    if (config.max_deg == config.min_deg) {
      return x;
    }
    Tensor phases =
        x.unsqueeze(-2).mul(scales.to(x.dtype()).unsqueeze(1)).flatten(-2, -1); // scale-major
    Tensor sines = phases.sin();
    Tensor shifted = phases.add(Math.PI / 2).sin();
    return config.use_identity ? Tensor.cat(-1, x, sines, shifted) : Tensor.cat(-1, sines, shifted);
  }
}
