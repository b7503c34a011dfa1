package dev.melange.papers.maxim;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes a bad photograph from a good one: noise, motion blur, rain, haze or a lack of light. For
 * tests, demonstrations and trainings without pairs of photographs; not a model of real cameras.
 *
 * <pre>
 *   noise      x + sigma n                                   n normal
 *   blur       x correlated with a line of a length and angle
 *   rain       x + strength a                                a streaks that begin where u > threshold
 *   haze       x t + airlight (1 - t), t = exp(-beta u)      u uniform, the depth
 *   low-light  (gain x)^gamma + sigma n
 * </pre>
 */
public final class Degradation {
  /**
   * Configuration: the kind and what that kind needs, nothing else.
   *
   * @param kind which degradation
   * @param sigma standard deviation of the noise (noise, low-light)
   * @param length of the line or the streaks in pixels (blur: odd; rain)
   * @param angle of the line in degrees, counter-clockwise (blur)
   * @param threshold above which a pixel is the head of a streak, in [0, 1] (rain)
   * @param slant columns to the right by row downwards (rain)
   * @param strength of the streaks (rain)
   * @param beta density of the haze (haze)
   * @param airlight brightness of the haze (haze)
   * @param gain of the light (low-light)
   * @param gamma exponent (low-light)
   * @param clip whether results are cut to [0, 1]
   */
  public record Config(
      @OneOf({"noise", "blur", "rain", "haze", "low-light"}) String kind,
      @Default("null") Double sigma,
      @Default("null") Integer length,
      @Default("null") Double angle,
      @Default("null") Double threshold,
      @Default("null") Double slant,
      @Default("null") Double strength,
      @Default("null") Double beta,
      @Default("null") Double airlight,
      @Default("null") Double gain,
      @Default("null") Double gamma,
      @Default("true") boolean clip) {
    private static final Map<String, Set<String>> NEEDED =
        Map.of(
            "noise", Set.of("sigma"),
            "blur", Set.of("length", "angle"),
            "rain", Set.of("threshold", "length", "slant", "strength"),
            "haze", Set.of("beta", "airlight"),
            "low-light", Set.of("gain", "gamma", "sigma"));

    /** Checks that all values of the kind are there, no others, and that they are possible. */
    public Config {
      Map<String, Number> values = new LinkedHashMap<>();
      values.put("sigma", sigma);
      values.put("length", length);
      values.put("angle", angle);
      values.put("threshold", threshold);
      values.put("slant", slant);
      values.put("strength", strength);
      values.put("beta", beta);
      values.put("airlight", airlight);
      values.put("gain", gain);
      values.put("gamma", gamma);
      Set<String> needed = NEEDED.get(kind);
      if (needed == null) {
        throw new IllegalArgumentException(
            "kind must be one of %s, got '%s'".formatted(new TreeSet<>(NEEDED.keySet()), kind));
      }
      values.forEach(
          (name, value) -> {
            if (needed.contains(name) != (value != null)) {
              throw new IllegalArgumentException(
                  "%s needs %s and nothing else, but %s %s"
                      .formatted(
                          kind,
                          new TreeSet<>(needed),
                          name,
                          value == null ? "is missing" : "is given"));
            }
            if (value != null && !Double.isFinite(value.doubleValue())) {
              throw new IllegalArgumentException(name + " must be finite, got " + value);
            }
          });
      if ((sigma != null && sigma < 0)
          || (length != null && length < 1)
          || (gain != null && gain < 0)
          || (gamma != null && gamma <= 0)) {
        throw new IllegalArgumentException(
            "sigma and gain must not be negative, length be at least 1 and gamma positive, got %s, %s, %s and %s"
                .formatted(sigma, gain, length, gamma));
      }
      if (kind.equals("blur") && length % 2 == 0) {
        throw new IllegalArgumentException("the length of a blur must be odd, got " + length);
      }
    }

    /** Whether the degradation needs random numbers. */
    public boolean isRandom() {
      return !kind.equals("blur");
    }

    /** Normal noise. */
    public static Config noise(double sigma) {
      return new Config("noise", sigma, null, null, null, null, null, null, null, null, null, true);
    }

    /** Motion blur along a line. */
    public static Config blur(int length, double angle) {
      return new Config(
          "blur", null, length, angle, null, null, null, null, null, null, null, true);
    }

    /** Streaks of rain. */
    public static Config rain(double threshold, int length, double slant, double strength) {
      return new Config(
          "rain", null, length, null, threshold, slant, strength, null, null, null, null, true);
    }

    /** Haze of a random depth. */
    public static Config haze(double beta, double airlight) {
      return new Config(
          "haze", null, null, null, null, null, null, beta, airlight, null, null, true);
    }

    /** A lack of light, with the noise that comes with it. */
    public static Config lowLight(double gain, double gamma, double sigma) {
      return new Config(
          "low-light", sigma, null, null, null, null, null, null, null, gain, gamma, true);
    }
  }

  private final Config config;

  /** A degradation. */
  public Degradation(Config config) {
    this.config = config;
  }

  /** The configuration. */
  public Config config() {
    return config;
  }

  /**
   * Draws what {@link #apply(Tensor, Tensor)} needs, float32.
   *
   * @param shape of the images, [B, C, H, W]
   * @return [B, C, H, W] or [B, 1, H, W]; null for a blur, which is not random
   */
  public Tensor draw(Rng rng, long... shape) {
    return switch (config.kind) {
      case "blur" -> null;
      case "rain", "haze" -> rng.uniform_(Tensor.empty(shape[0], 1, shape[2], shape[3]), 0, 1);
      default -> rng.normal(shape);
    };
  }

  /** Degrades images [B, C, H, W] in [0, 1] with what the stream draws. */
  public Tensor apply(Tensor x, Rng rng) {
    Tensor random = draw(rng, x.shape());
    return apply(x, random == null ? null : random.to(x.dtype()).to(x.device()));
  }

  /**
   * Degrades images with given random numbers.
   *
   * @param x [B, C, H, W] in [0, 1]
   * @param random as {@link #draw}
   */
  public Tensor apply(Tensor x, Tensor random) {
    if ((random == null) == config.isRandom()) {
      throw new IllegalArgumentException(
          config.kind + (random == null ? " needs random numbers" : " takes no random numbers"));
    }
    Tensor y =
        switch (config.kind) {
          case "noise" -> x.add(random.mul(config.sigma));
          case "blur" -> blur(x);
          case "rain" -> x.add(streaks(random).mul(config.strength));
          case "haze" -> haze(x, random.mul(-config.beta).exp());
          default -> x.mul(config.gain).pow(config.gamma).add(random.mul(config.sigma));
        };
    return config.clip ? y.clamp(0, 1) : y;
  }

  private Tensor haze(Tensor x, Tensor transmission) {
    return x.mul(transmission).add(transmission.rsub(1).mul(config.airlight));
  }

  private Tensor blur(Tensor x) {
    int half = config.length / 2;
    if (x.size(2) <= half || x.size(3) <= half) {
      throw new IllegalArgumentException(
          "a blur of length %d needs images of more than %d pixels in height and width, got %s"
              .formatted(config.length, half, x));
    }
    long channels = x.size(1);
    Tensor kernel =
        Tensor.of(line(config.length, config.angle), 1, 1, config.length, config.length)
            .to(x.dtype())
            .to(x.device())
            .repeat(channels, 1, 1, 1);
    Tensor padded = Nn.pad(x, new long[] {half, half, half, half}, "reflect", 0);
    long[] one = {1};
    return Nn.conv2d(padded, kernel, null, one, new long[] {0}, one, channels);
  }

  /** The weights of a line through the middle of a square, row by row; they sum to 1. */
  static double[] line(int length, double degrees) {
    double[] kernel = new double[length * length];
    int points = 8 * length;
    double middle = length / 2;
    double angle = Math.toRadians(degrees);
    double total = 0;
    for (int q = 0; q < points; q++) {
      double t = (q + 0.5) / points * (length - 1) - middle;
      double x = middle + t * Math.cos(angle);
      double y = middle - t * Math.sin(angle);
      int left = (int) Math.floor(x);
      int top = (int) Math.floor(y);
      for (int row = top; row <= top + 1; row++) {
        for (int column = left; column <= left + 1; column++) {
          if (row >= 0 && row < length && column >= 0 && column < length) {
            double weight = (1 - Math.abs(y - row)) * (1 - Math.abs(x - column));
            kernel[row * length + column] += weight;
            total += weight;
          }
        }
      }
    }
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] /= total;
    }
    return kernel;
  }

  /** Heads of streaks drawn out downwards and sideways, fainter with every row. */
  private Tensor streaks(Tensor random) {
    Tensor heads = random.gt(config.threshold).to(random.dtype()); // [B, 1, H, W]
    Tensor longest = heads;
    for (int q = 1; q < config.length; q++) {
      long right = (long) Math.floor(q * config.slant + 0.5);
      double faded = 1 - (double) q / config.length;
      longest = longest.maximum(shift(heads, q, right).mul(faded));
    }
    return longest;
  }

  private static Tensor shift(Tensor x, long down, long right) {
    long height = x.size(2);
    long width = x.size(3);
    if (down >= height || Math.abs(right) >= width) {
      return x.zerosLike();
    }
    Tensor kept =
        x.slice(2, 0, height - down).slice(3, Math.max(0, -right), width - Math.max(0, right));
    return Nn.pad(kept, Math.max(0, right), Math.max(0, -right), down, 0);
  }
}
