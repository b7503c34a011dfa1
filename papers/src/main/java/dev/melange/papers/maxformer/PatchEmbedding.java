package dev.melange.papers.maxformer;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.BatchNorm;
import dev.melange.nn.Conv2d;
import dev.melange.nn.UnaryLayer;
import dev.melange.nn.spiking.Steps;
import dev.melange.papers.maxformer.EmbedUnit.Pool;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Turns a map into one of another width and, mostly, half the size: [T, B, c, H, W] to [T, B, D, H
 * / stride, W / stride]. A chain of convolutions of spikes is joined by a shortcut, a convolution
 * of the spikes of one member of the chain. Where the chain pools by the maximum, the embedding
 * passes high frequencies on.
 */
public final class PatchEmbedding extends UnaryLayer {
  static final String ORIG = "orig";
  static final String ORIG_IMAGENET = "orig-imagenet";

  /**
   * Configuration.
   *
   * @param type {@code orig} keeps the size and {@code orig-imagenet} quarters it (both for first
   *     stages), {@code max-plus} divides it by 8 (events); {@code max}, {@code avg}, {@code 1max},
   *     {@code 1max-imagenet} and {@code orig-later} halve it
   * @param in_channels c; for {@code avg} half of embed_dims
   * @param embed_dims D
   */
  public record Config(
      @Default("max")
          @OneOf({
            ORIG,
            "max",
            "avg",
            "1max",
            "1max-imagenet",
            "orig-later",
            ORIG_IMAGENET,
            "max-plus"
          })
          String type,
      int in_channels,
      int embed_dims) {
    /** Checks the widths. */
    public Config {
      int least = leastWidth(type);
      if (in_channels < 1 || embed_dims < least) {
        throw new IllegalArgumentException(
            "the %s embedding needs in_channels of at least 1 and embed_dims of at least %d, got %d and %d"
                .formatted(type, least, in_channels, embed_dims));
      }
      if (type.equals("avg") && in_channels != embed_dims / 2) {
        throw new IllegalArgumentException(
            "the avg embedding doubles the width: in_channels must be %d for embed_dims %d, got %d"
                .formatted(embed_dims / 2, embed_dims, in_channels));
      }
    }

    private static int leastWidth(String type) {
      return switch (type) {
        case ORIG, ORIG_IMAGENET -> 2;
        case "max-plus" -> 8;
        default -> 1;
      };
    }

    /** By what height and width are divided. */
    public int stride() {
      return switch (type) {
        case ORIG -> 1;
        case ORIG_IMAGENET -> 4;
        case "max-plus" -> 8;
        default -> 2;
      };
    }
  }

  private final Config config;
  private final Conv2d stemConv; // null without a stem
  private final BatchNorm stemNorm;
  private final List<EmbedUnit> chain = new ArrayList<>();
  private EmbedUnit shortcut;
  private int tap; // the member of the chain whose spikes the shortcut takes

  /** An embedding with PyTorch's default initial weights. */
  public PatchEmbedding(Config config, Rng rng) {
    this(config, Neurons.SPIKING, rng);
  }

  PatchEmbedding(Config config, Neurons neurons, Rng rng) {
    this.config = config;
    int in = config.in_channels();
    int dim = config.embed_dims();
    int stem =
        switch (config.type()) {
          case ORIG -> dim / 2;
          case "max-plus" -> dim / 8;
          default -> 0;
        };
    if (stem > 0) {
      Conv2d.Spec spec = Conv2d.Spec.of(in, stem, 3).padding(1).bias(false);
      stemConv = child("proj_conv", new Conv2d(spec, rng));
      stemNorm = child("proj_bn", new BatchNorm(stem));
    } else {
      stemConv = null;
      stemNorm = null;
    }
    switch (config.type()) {
      case ORIG -> {
        link("embed1", new EmbedUnit(true, stem, dim, 3, 1, Pool.NONE, neurons, rng));
        join("embed2", 0, new EmbedUnit(true, stem, dim, 1, 1, Pool.NONE, neurons, rng));
      }
      case "max" -> {
        link("max_embed1", new EmbedUnit(true, in, dim, 3, 1, Pool.MAX, neurons, rng));
        link("embed1", new EmbedUnit(true, dim, dim, 3, 1, Pool.NONE, neurons, rng));
        join("max_embed2", 0, new EmbedUnit(false, in, dim, 1, 1, Pool.MAX, neurons, rng));
      }
      case "avg" -> {
        link("avg_embed1", new EmbedUnit(true, in, dim, 3, 1, Pool.AVERAGE, neurons, rng));
        link("embed1", new EmbedUnit(true, dim, dim, 3, 1, Pool.NONE, neurons, rng));
        join("avg_embed2", 0, new EmbedUnit(false, in, dim, 1, 1, Pool.AVERAGE, neurons, rng));
      }
      case "1max" -> {
        link("embed1", new EmbedUnit(true, in, dim, 3, 1, Pool.NONE, neurons, rng));
        link("max_embed1", new EmbedUnit(true, dim, dim, 3, 1, Pool.MAX, neurons, rng));
        join("embed2", 0, new EmbedUnit(false, in, dim, 1, 2, Pool.NONE, neurons, rng));
      }
      case "1max-imagenet" -> {
        link("max_embed1", new EmbedUnit(true, in, dim, 3, 1, Pool.MAX, neurons, rng));
        link("embed1", new EmbedUnit(true, dim, dim, 3, 1, Pool.NONE, neurons, rng));
        join("embed2", 0, new EmbedUnit(false, in, dim, 1, 2, Pool.NONE, neurons, rng));
      }
      case "orig-later" -> {
        link("embed1", new EmbedUnit(true, in, dim, 3, 1, Pool.NONE, neurons, rng));
        link("orig_embed1", new EmbedUnit(true, dim, dim, 3, 2, Pool.NONE, neurons, rng));
        join("embed2", 0, new EmbedUnit(false, in, dim, 1, 2, Pool.NONE, neurons, rng));
      }
      case ORIG_IMAGENET -> {
        link("embed1", new EmbedUnit(false, in, dim / 2, 3, 2, Pool.NONE, neurons, rng));
        link("embed2", new EmbedUnit(true, dim / 2, dim, 3, 2, Pool.NONE, neurons, rng));
        link("embed3", new EmbedUnit(true, dim, dim, 3, 1, Pool.NONE, neurons, rng));
        join("embed4", 1, new EmbedUnit(false, dim / 2, dim, 1, 2, Pool.NONE, neurons, rng));
      }
      case "max-plus" -> {
        link("max_embed1", new EmbedUnit(true, stem, dim / 4, 3, 1, Pool.MAX, neurons, rng));
        link("max_embed2", new EmbedUnit(true, dim / 4, dim / 2, 3, 1, Pool.MAX, neurons, rng));
        link("max_embed3", new EmbedUnit(true, dim / 2, dim, 3, 1, Pool.MAX, neurons, rng));
        join("embed1", 1, new EmbedUnit(false, dim / 4, dim, 1, 4, Pool.NONE, neurons, rng));
      }
      default -> throw new IllegalArgumentException("unknown embedding '" + config.type() + "'");
    }
  }

  private void link(String name, EmbedUnit unit) {
    chain.add(child(name, unit));
  }

  private void join(String name, int from, EmbedUnit unit) {
    shortcut = child(name, unit);
    tap = from;
  }

  /** The configuration. */
  public Config config() {
    return config;
  }

  /**
   * [T, B, c, H, W] to [T, B, D, H / stride, W / stride].
   *
   * @throws IllegalArgumentException if the stride does not divide height and width
   */
  @Override
  public Tensor forward(Tensor x) {
    long stride = config.stride();
    if (x.dim() != 5 || x.size(3) % stride != 0 || x.size(4) % stride != 0) {
      throw new IllegalArgumentException(
          "the %s embedding divides height and width by %d and expects [T, B, %d, H, W] with multiples of it, got %s"
              .formatted(config.type(), stride, config.in_channels(), Arrays.toString(x.shape())));
    }
    Tensor y =
        stemConv == null
            ? x
            : scoped(() -> Steps.apply(in -> stemNorm.forward(stemConv.forward(in)), x));
    Tensor side = null;
    for (int i = 0; i < chain.size(); i++) {
      EmbedUnit unit = chain.get(i);
      Tensor in = y;
      Tensor spikes = unit.spikes(in);
      if (i == tap) {
        side = shortcut.fires() ? shortcut.spikes(in) : spikes;
      }
      y = scoped(() -> unit.project(spikes));
    }
    return y.add(shortcut.project(side));
  }
}
