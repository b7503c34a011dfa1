package dev.melange.papers.affnet;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.Activation;
import dev.melange.nn.Init;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.DType;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * The adaptive frequency filter (section 3.2): a small network computes, from the spectrum of a
 * map, a complex mask for that spectrum; the masked spectrum transformed back is added to the map.
 * That equals a circular convolution with a kernel as large as the map and made from the map. [B,
 * C, H, W] to the same shape, for any H and W.
 *
 * <p>The network is a complex linear map within each of {@code num_blocks} groups of channels, the
 * activation of real and imaginary parts, a second such map, and a soft threshold; it is the same
 * at every frequency. Half precision is computed in float32, as the transform needs it.
 */
public final class AffTokenMixer extends UnaryLayer {
  /**
   * Configuration of the mixer.
   *
   * @param hidden_size channels of the map
   * @param num_blocks groups of channels; divides {@code hidden_size}
   * @param sparsity_threshold what is subtracted from the magnitudes of the mask's real and
   *     imaginary parts
   * @param hidden_size_factor hidden over outer channels of a group
   * @param activation swish or relu
   */
  public record Config(
      int hidden_size,
      @Default("8") int num_blocks,
      @Default("0.01") double sparsity_threshold,
      @Default("1") int hidden_size_factor,
      @Default("swish") @OneOf({"swish", "relu"}) String activation) {
    /** Checks the sizes. */
    public Config {
      if (hidden_size < 1 || num_blocks < 1 || hidden_size_factor < 1) {
        throw new IllegalArgumentException(
            "hidden_size, num_blocks and hidden_size_factor must be at least 1, got %d, %d and %d"
                .formatted(hidden_size, num_blocks, hidden_size_factor));
      }
      if (hidden_size % num_blocks != 0) {
        throw new IllegalArgumentException(
            "num_blocks must divide the channels, got %d channels and %d blocks"
                .formatted(hidden_size, num_blocks));
      }
      if (!(sparsity_threshold >= 0)) {
        throw new IllegalArgumentException(
            "sparsity_threshold must not be negative, got " + sparsity_threshold);
      }
    }
  }

  /**
   * What the mixer does to a map.
   *
   * @param input the map, [B, C, H, W]
   * @param mask real and imaginary part of the mask for each frequency, [B, C, 2, H, W/2+1]
   * @param kernel the equivalent kernel of the circular convolution, [B, C, H, W]
   * @param mixed the convolved map without the input added, [B, C, H, W]
   */
  public record Filtered(Tensor input, Tensor mask, Tensor kernel, Tensor mixed) {}

  private static final double INITIAL_STD = 0.02;
  private static final long[] ONE = {1};
  private static final long[] ZERO = {0};

  private final Config config;
  private final Activation activation;
  private final Tensor w1; // [2, k, s, s * factor], real and imaginary part
  private final Tensor b1; // [2, k, s * factor]
  private final Tensor w2; // [2, k, s * factor, s]
  private final Tensor b2; // [2, k, s]
  private final Spectrum spectrum = new Spectrum();

  /** A mixer whose weights are N(0, 0.02^2). */
  public AffTokenMixer(Config config, Rng rng) {
    this.config = config;
    activation = ConvBlock.activation(config.activation);
    int k = config.num_blocks;
    int s = config.hidden_size / k;
    int hidden = s * config.hidden_size_factor;
    w1 = parameter("w1", Init.normal(Tensor.empty(2, k, s, hidden), 0, INITIAL_STD, rng));
    b1 = parameter("b1", Init.normal(Tensor.empty(2, k, hidden), 0, INITIAL_STD, rng));
    w2 = parameter("w2", Init.normal(Tensor.empty(2, k, hidden, s), 0, INITIAL_STD, rng));
    b2 = parameter("b2", Init.normal(Tensor.empty(2, k, s), 0, INITIAL_STD, rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor map = inTransformType(x);
    Tensor mixed =
        scoped(
            () -> {
              Tensor z = spectrum.of(map);
              return spectrum.inverse(product(mask(z), z), map.size(3));
            });
    return x.add(mixed.to(x.dtype())); // in the layout of x
  }

  /** The mask, the equivalent kernel and the convolved map (section 3.3) of [B, C, H, W]. */
  public Filtered filter(Tensor x) {
    Tensor map = inTransformType(x);
    Tensor z = spectrum.of(map);
    Tensor mask = mask(z);
    // the convolution theorem in orthonormal transforms has a factor sqrt(H W)
    double scale = 1 / Math.sqrt((double) (map.size(2) * map.size(3)));
    Tensor kernel = spectrum.inverse(mask, map.size(3)).mul(scale);
    Tensor mixed = spectrum.inverse(product(mask, z), map.size(3));
    return new Filtered(map, mask.unflatten(1, config.hidden_size, 2), kernel, mixed);
  }

  private Tensor inTransformType(Tensor x) {
    if (x.dim() != 4 || x.size(1) != config.hidden_size) {
      throw new IllegalArgumentException(
          "the adaptive frequency filter expects [B, %d, H, W], got %s"
              .formatted(config.hidden_size, Arrays.toString(x.shape())));
    }
    return x.dtype() == DType.F64 ? x : x.to(DType.F32);
  }

  /** The mask of a spectrum; both [B, 2C, H, W/2+1] with real and imaginary parts in turn. */
  private Tensor mask(Tensor z) {
    Tensor hidden = activation.apply(complexLinear(z, w1, b1));
    Tensor mask = complexLinear(hidden, w2, b2);
    double threshold = config.sparsity_threshold;
    return mask.sub(mask.clamp(-threshold, threshold));
  }

  /** A complex linear map in each block of channels, as a real convolution with groups. */
  private Tensor complexLinear(Tensor z, Tensor w, Tensor b) {
    DType type = z.dtype();
    Tensor real = w.get(0).transpose(1, 2).to(type); // [k, out, in]
    Tensor imaginary = w.get(1).transpose(1, 2).to(type);
    Tensor toReal = Tensor.stack(-1, real, imaginary.neg()); // [k, out, in, 2]
    Tensor toImaginary = Tensor.stack(-1, imaginary, real);
    Tensor filters = Tensor.stack(2, toReal, toImaginary); // [k, out, 2, in, 2]
    long outputs = 2 * w.size(1) * w.size(3);
    Tensor bias = b.permute(1, 2, 0).reshape(outputs).to(type);
    return Nn.conv2d(
        z, filters.reshape(outputs, 2 * w.size(2), 1, 1), bias, ONE, ZERO, ONE, config.num_blocks);
  }

  /** The complex product, element by element, of spectra [B, 2C, H, W/2+1]. */
  static Tensor product(Tensor a, Tensor b) {
    long channels = a.size(1) / 2;
    Tensor pairs = a.unflatten(1, channels, 2);
    Tensor others = b.unflatten(1, channels, 2);
    Tensor ar = pairs.select(2, 0);
    Tensor ai = pairs.select(2, 1);
    Tensor br = others.select(2, 0);
    Tensor bi = others.select(2, 1);
    Tensor real = ar.mul(br).addcmul(ai, bi, -1);
    Tensor imaginary = ar.mul(bi).addcmul(ai, br, 1);
    return Tensor.stack(2, real, imaginary).flatten(1, 2);
  }
}
