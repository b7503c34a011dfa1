package dev.melange.papers.dynamicspectrummixer;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.Activation;
import dev.melange.nn.DropPath;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Mlp;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * Norm, dynamic spectrum mixer, residual; norm, MLP over the channels, residual. [B, C, H, W] to
 * the same shape.
 */
public final class DsmBlock extends UnaryLayer {
  /**
   * Configuration of the block; the keys besides {@code mlp_ratio} are those of {@link
   * DynamicSpectrumMixer.Config}.
   *
   * @param dim channels of the map
   * @param height rows of the map
   * @param width columns of the map
   * @param mlp_ratio hidden over outer width of the MLP
   * @param groups groups of channels
   * @param bands number of bands
   * @param reduction channels over hidden features of the weights' network
   * @param band_type radial or zigzag
   * @param selector softmax, sigmoid or none
   * @param static_weight whether each frequency has a learned weight
   * @param descriptor mean-abs or rms
   */
  public record Config(
      int dim,
      int height,
      int width,
      @Default("4.0") double mlp_ratio,
      @Default("8") int groups,
      @Default("8") int bands,
      @Default("4") int reduction,
      @Default("radial") @OneOf({"radial", "zigzag"}) String band_type,
      @Default("softmax") @OneOf({"softmax", "sigmoid", "none"}) String selector,
      @Default("true") boolean static_weight,
      @Default("mean-abs") @OneOf({"mean-abs", "rms"}) String descriptor) {
    /** Checks the ratio; the mixer checks the rest. */
    public Config {
      if (!((int) (dim * mlp_ratio) >= 1)) {
        throw new IllegalArgumentException(
            "mlp_ratio must leave at least one hidden feature, got %s for %d channels"
                .formatted(mlp_ratio, dim));
      }
    }

    /** The mixer's configuration. */
    DynamicSpectrumMixer.Config mixer() {
      return new DynamicSpectrumMixer.Config(
          dim,
          height,
          width,
          groups,
          bands,
          reduction,
          band_type,
          selector,
          static_weight,
          descriptor);
    }
  }

  private static final double EPS = 1e-6;

  private final LayerNorm norm1;
  private UnaryLayer mixer;
  private final LayerNorm norm2;
  private final Mlp mlp;
  private final DropPath dropPath;

  /** A block with initial weights. */
  public DsmBlock(Config config, Rng rng) {
    this(config, 0, new DynamicSpectrumMixer(config.mixer(), rng), rng);
  }

  /** A block with any mixer of maps, whose residual branches are dropped at a rate in training. */
  DsmBlock(Config config, double dropPathRate, UnaryLayer mixer, Rng rng) {
    norm1 = child("norm1", new LayerNorm(config.dim, EPS));
    this.mixer = child("mixer", mixer);
    norm2 = child("norm2", new LayerNorm(config.dim, EPS));
    int hidden = (int) (config.dim * config.mlp_ratio);
    mlp = child("mlp", new Mlp(config.dim, hidden, config.dim, Activation.GELU, 0, rng));
    DynamicSpectrumMixer.initialised(mlp.fc1(), rng);
    DynamicSpectrumMixer.initialised(mlp.fc2(), rng);
    dropPath = child("drop_path", new DropPath(dropPathRate));
  }

  /** The weights [B, bands, groups] that the block's mixer gives the bands of a map. */
  Tensor bandWeights(Tensor x) {
    Tensor weights =
        mixer instanceof DynamicSpectrumMixer dynamic
            ? dynamic.mix(normalised(x)).bandWeights()
            : null;
    if (weights == null) {
      throw new IllegalStateException(
          "the block gives no weights to bands: its mixer has selector=none or is another one");
    }
    return weights;
  }

  /** Puts another token mixer, [B, C, H, W] to the same shape, in the place of this one. */
  void replaceMixer(UnaryLayer other) {
    mixer = replaceChild("mixer", other);
  }

  private Tensor normalised(Tensor x) {
    return norm1.forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor mixed =
        scoped(() -> x.add(dropPath.forward(mixer.forward(normalised(x))))).permute(0, 2, 3, 1);
    return scoped(() -> mixed.add(dropPath.forward(mlp.forward(norm2.forward(mixed)))))
        .permute(0, 3, 1, 2);
  }
}
