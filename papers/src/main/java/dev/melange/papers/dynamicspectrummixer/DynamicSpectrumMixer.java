package dev.melange.papers.dynamicspectrummixer;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.Init;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * The dynamic spectrum mixer: a linear map over the channels, a cosine transform, a learned weight
 * for each frequency, weights of bands of frequencies that a small network computes from the
 * spectrum itself, the transform back, and a linear map. [B, C, H, W] to the same shape.
 *
 * <p>A map of another size than the mixer was made for gets the weights of its own frequencies: the
 * learned ones are cut to the low frequencies or continued with ones, and the bands are those of
 * the new size.
 */
public final class DynamicSpectrumMixer extends UnaryLayer {
  /**
   * Configuration of the mixer.
   *
   * @param dim channels of the map
   * @param height rows of the map
   * @param width columns of the map
   * @param groups groups of neighbouring channels with weights of their own; divides {@code dim}
   * @param bands number of bands
   * @param reduction channels over hidden features of the network that makes the weights
   * @param band_type radial or zigzag, see {@link SpectrumBands}
   * @param selector softmax: the bands compete, their mean weight is 1; sigmoid: each has a weight
   *     in (0, 2); none: no weights
   * @param static_weight whether each frequency has a learned weight for all images
   * @param descriptor what the network is told of a band: mean-abs or rms
   */
  public record Config(
      int dim,
      int height,
      int width,
      @Default("8") int groups,
      @Default("8") int bands,
      @Default("4") int reduction,
      @Default("radial") @OneOf({"radial", "zigzag"}) String band_type,
      @Default("softmax") @OneOf({"softmax", "sigmoid", "none"}) String selector,
      @Default("true") boolean static_weight,
      @Default("mean-abs") @OneOf({"mean-abs", "rms"}) String descriptor) {
    /** Checks the sizes. */
    public Config {
      if (dim < 1 || height < 1 || width < 1 || groups < 1 || bands < 1 || reduction < 1) {
        throw new IllegalArgumentException(
            "dim, height, width, groups, bands and reduction must be at least 1, got %d, %d, %d, %d, %d and %d"
                .formatted(dim, height, width, groups, bands, reduction));
      }
      if (dim % groups != 0) {
        throw new IllegalArgumentException(
            "groups must divide the channels, got %d channels and %d groups"
                .formatted(dim, groups));
      }
    }

    boolean dynamic() {
      return !selector.equals("none");
    }

    /** The same mixer with the learned weights of frequencies alone. */
    Config withoutSelector() {
      return new Config(
          dim,
          height,
          width,
          groups,
          bands,
          reduction,
          band_type,
          "none",
          static_weight,
          descriptor);
    }

    SpectrumBands partition(long rows, long columns) {
      return new SpectrumBands((int) rows, (int) columns, bands, band_type);
    }
  }

  /**
   * What the mixer makes of a map.
   *
   * @param y the mixed map, [B, C, H, W]
   * @param bandWeights the weights of the bands, [B, bands, groups]; null with selector none
   */
  public record Mixed(Tensor y, Tensor bandWeights) {}

  private static final double INITIAL_STD = 0.02;
  private static final double NORM_EPS = 1e-5;
  private static final double ROOT_EPS = 1e-12;

  private final Config config;
  private final Linear projIn;
  private final Linear projOut;
  private final LayerNorm genNorm; // these three are null with selector none
  private final Linear genFc1;
  private final Linear genFc2;
  private final Tensor bandBias; // [bands, groups]
  private final Tensor spectrumWeight; // [C, H, W], or null
  private final BandSpectrum spectrum;

  /** A mixer with initial weights: at first all bands and frequencies have nearly equal weights. */
  public DynamicSpectrumMixer(Config config, Rng rng) {
    this.config = config;
    int dim = config.dim;
    projIn = child("proj_in", initialised(new Linear(dim, dim, rng), rng));
    projOut = child("proj_out", initialised(new Linear(dim, dim, rng), rng));
    if (config.dynamic()) {
      int hidden = Math.max(1, dim / config.reduction);
      genNorm = child("gen_norm", new LayerNorm(dim, NORM_EPS));
      genFc1 = child("gen_fc1", initialised(new Linear(dim, hidden, rng), rng));
      genFc2 = child("gen_fc2", initialised(new Linear(hidden, config.groups, rng), rng));
      bandBias = parameter("band_bias", Tensor.zeros(config.bands, config.groups));
    } else {
      genNorm = null;
      genFc1 = null;
      genFc2 = null;
      bandBias = null;
    }
    spectrumWeight =
        config.static_weight
            ? parameter("spectrum_weight", Tensor.ones(dim, config.height, config.width))
            : null;
    spectrum = child("spectrum", new BandSpectrum(config.partition(config.height, config.width)));
  }

  /** A linear layer with this paper's initial weights. */
  static Linear initialised(Linear linear, Rng rng) {
    Init.truncatedNormal(linear.weight(), INITIAL_STD, rng);
    Init.constant(linear.bias(), 0);
    return linear;
  }

  @Override
  public Tensor forward(Tensor x) {
    return mix(x).y();
  }

  /** The mixed map of [B, C, H, W] with the weights of the bands. */
  public Mixed mix(Tensor x) {
    if (x.dim() != 4 || x.size(1) != config.dim) {
      throw new IllegalArgumentException(
          "the dynamic spectrum mixer expects [B, %d, H, W], got %s"
              .formatted(config.dim, Arrays.toString(x.shape())));
    }
    Tensor tokens = x.permute(0, 2, 3, 1).contiguous(); // [B, H, W, C], no copy if stored so
    if (spectrum.isFor(x.size(2), x.size(3))) {
      return mix(tokens, spectrum);
    }
    try (BandSpectrum other = new BandSpectrum(config.partition(x.size(2), x.size(3)))) {
      other.to(projIn.weight().dtype());
      other.to(projIn.weight().device());
      return mix(tokens, other);
    }
  }

  private Mixed mix(Tensor tokens, BandSpectrum transform) {
    Tensor z = transform.of(projIn.forward(tokens));
    Tensor weighted =
        spectrumWeight == null
            ? z
            : z.mul(weightFor(spectrumWeight, z.size(1), z.size(2)).permute(1, 2, 0));
    Tensor gains = null;
    if (config.dynamic()) {
      gains = bandWeights(z, transform);
      Tensor byGroup = weighted.unflatten(3, config.groups, config.dim / config.groups);
      weighted = byGroup.mul(transform.spread(gains).unsqueeze(4)).flatten(3, 4);
    }
    Tensor y = projOut.forward(transform.inverse(weighted));
    return new Mixed(y.permute(0, 3, 1, 2), gains);
  }

  /** The weights [B, bands, G] that the small network gives the bands of a spectrum. */
  private Tensor bandWeights(Tensor z, BandSpectrum transform) {
    // from the spectrum before the learned weights
    Tensor bands =
        config.descriptor.equals("rms")
            ? transform.means(z.square()).add(ROOT_EPS).sqrt()
            : transform.means(z.abs());
    Tensor hidden = genFc1.forward(genNorm.forward(bands)).gelu();
    Tensor scores = genFc2.forward(hidden).add(bandBias);
    return config.selector.equals("softmax")
        ? scores.softmax(1).mul((double) config.bands)
        : scores.sigmoid().mul(2.0);
  }

  /** The learned weights for maps of a size: the low frequencies, continued with ones. */
  private static Tensor weightFor(Tensor weight, long height, long width) {
    Tensor low =
        weight
            .narrow(1, 0, Math.min(height, weight.size(1)))
            .narrow(2, 0, Math.min(width, weight.size(2)));
    long below = height - low.size(1);
    long right = width - low.size(2);
    return below == 0 && right == 0
        ? low
        : Nn.pad(low, new long[] {0, right, 0, below}, "constant", 1);
  }

  /** Stored weights of frequencies, cut or continued as for maps of another size. */
  @Override
  protected Optional<Tensor> fitted(String name, Tensor stored) {
    boolean frequencies =
        name.equals("spectrum_weight") && stored.dim() == 3 && stored.size(0) == config.dim;
    return frequencies
        ? Optional.of(weightFor(stored, config.height, config.width))
        : Optional.empty();
  }
}
