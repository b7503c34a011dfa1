package dev.melange.papers.metaformer;

import dev.melange.nn.Attention;
import dev.melange.nn.Conv2d;
import dev.melange.nn.Linear;
import dev.melange.nn.TokenMixer;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.DType;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** The token mixers of a MetaFormer block, all from [B, C, h, w] to the same shape. */
final class TokenMixers {
  private static final int POOL_SIZE = 3;
  private static final int HEAD_DIM = 32;
  // weights or memory of those that compare all positions are 1 GiB there
  private static final TokenMixer.Shapes COMPARABLE =
      TokenMixer.Shapes.ANY.positionsAtMost(128 * 128);

  private TokenMixers() {}

  /** The mixers with the published settings, for other backbones. */
  static List<TokenMixer> forOthers() {
    return List.of(
        TokenMixer.of(
            "pooling",
            "average of the 3 x 3 neighbourhood minus the input",
            (channels, height, width, rng) -> new Pooling(POOL_SIZE)),
        TokenMixer.of("identity", "no mixing", (channels, height, width, rng) -> new Identity()),
        TokenMixer.of(
                "attention",
                "multi-head self-attention, up to 32 channels per head",
                (channels, height, width, rng) ->
                    new SelfAttention(channels, heads(channels), false, rng))
            .permitting(COMPARABLE),
        TokenMixer.of(
                "spatial_fc",
                "one linear map over the positions, shared by all channels",
                (channels, height, width, rng) -> new SpatialFc(List.of(height, width), rng))
            .permitting(COMPARABLE),
        TokenMixer.of(
                "random",
                "a frozen random matrix over the positions",
                (channels, height, width, rng) -> new RandomMixing(List.of(height, width), rng))
            .permitting(COMPARABLE),
        TokenMixer.of(
            "dwconv",
            "depthwise 3 x 3 convolution",
            (channels, height, width, rng) -> new DepthwiseConv(channels, POOL_SIZE, rng)));
  }

  /** The fewest heads that divide the channels and have at most 32 each. */
  private static int heads(int channels) {
    int heads = (channels + HEAD_DIM - 1) / HEAD_DIM;
    while (channels % heads != 0) {
      heads++;
    }
    return heads;
  }

  /** The mixer that a configuration asks for at a stage. */
  static UnaryLayer of(PoolFormerConfig config, int stage, Rng rng) {
    int channels = config.embed_dims().get(stage);
    List<Integer> shape = config.spatialShape(stage);
    String name = config.tokenMixer(stage);
    return switch (name) {
      case "pooling" -> new Pooling(config.pool_size());
      case "identity" -> new Identity();
      case "attention" ->
          new SelfAttention(channels, channels / config.head_dim(), config.qkv_bias(), rng);
      case "spatial_fc" -> new SpatialFc(shape, rng);
      case "random" -> new RandomMixing(shape, rng);
      case "dwconv" -> new DepthwiseConv(channels, config.pool_size(), rng);
      default ->
          throw new IllegalArgumentException(
              "unknown token mixer '%s' of stage %d; known: pooling, identity, attention,"
                      .formatted(name, stage)
                  + " spatial_fc, random, dwconv");
    };
  }

  /** Average pooling minus the input, because the residual adds it back; section 3.2. */
  static final class Pooling extends UnaryLayer {
    private final int size;

    Pooling(int size) {
      this.size = size;
    }

    @Override
    public Tensor forward(Tensor x) {
      boolean fast = x.dtype() == DType.F32 && !x.device().isCuda();
      return (fast ? Nn.windowSums2d(x, size).div(counts(x)) : averages(x)).sub(x);
    }

    /** The averages as libtorch's own operator computes them, several times as slowly on a CPU. */
    Tensor averages(Tensor x) {
      // averages at the border are over the pixels that exist: a constant map gives 0
      return Nn.avgPool2d(x, size, 1, size / 2, false);
    }

    /** How many pixels of each window exist, [h, w]. */
    private Tensor counts(Tensor x) {
      float[] rows = existing((int) x.size(2));
      float[] columns = existing((int) x.size(3));
      float[] counts = new float[rows.length * columns.length];
      for (int i = 0; i < counts.length; i++) {
        counts[i] = rows[i / columns.length] * columns[i % columns.length];
      }
      return Tensor.of(counts, rows.length, columns.length);
    }

    private float[] existing(int length) {
      float[] counts = new float[length];
      for (int i = 0; i < length; i++) {
        counts[i] = Math.min(length - 1, i + size / 2) - Math.max(0, i - size / 2) + 1;
      }
      return counts;
    }
  }

  private static final class Identity extends UnaryLayer {
    @Override
    public Tensor forward(Tensor x) {
      return x;
    }
  }

  /** Multi-head self-attention over the positions in row-major order. */
  private static final class SelfAttention extends UnaryLayer {
    private final Attention attention;

    SelfAttention(int channels, int heads, boolean qkvBias, Rng rng) {
      attention = new Attention(channels, heads, qkvBias, 0, 0, rng);
      // its parts are registered here, so that they are named token_mixer.qkv, token_mixer.proj
      attention.children().forEach(this::child);
    }

    @Override
    public Tensor forward(Tensor x) {
      Tensor tokens = x.flatten(2, 3).transpose(1, 2); // [B, N, C]
      return attention.forward(tokens).transpose(1, 2).reshape(x.shape());
    }
  }

  /** One linear map over the positions, shared by all channels. */
  private static final class SpatialFc extends UnaryLayer {
    private final List<Integer> shape;
    private final Linear fc;

    SpatialFc(List<Integer> shape, Rng rng) {
      this.shape = shape;
      int positions = shape.get(0) * shape.get(1);
      fc = child("fc", new Linear(positions, positions, false, rng));
    }

    @Override
    public Tensor forward(Tensor x) {
      requireShape("the spatial_fc mixer", x, shape);
      return fc.forward(x.flatten(2, 3)).reshape(x.shape());
    }
  }

  /** A frozen random matrix over the positions with rows that sum to 1. */
  private static final class RandomMixing extends UnaryLayer {
    private final List<Integer> shape;
    private final Tensor matrix; // [N, N]

    RandomMixing(List<Integer> shape, Rng rng) {
      this.shape = shape;
      int positions = shape.get(0) * shape.get(1);
      matrix = buffer("random_matrix", scoped(() -> rng.uniform(positions, positions).softmax(-1)));
    }

    @Override
    public Tensor forward(Tensor x) {
      requireShape("the random mixer", x, shape);
      return Nn.linear(x.flatten(2, 3), matrix, null).reshape(x.shape());
    }
  }

  private static final class DepthwiseConv extends UnaryLayer {
    private final Conv2d conv;

    DepthwiseConv(int channels, int size, Rng rng) {
      Conv2d.Spec spec = Conv2d.Spec.of(channels, channels, size);
      conv = child("conv", new Conv2d(spec.padding(size / 2).groups(channels), rng));
    }

    @Override
    public Tensor forward(Tensor x) {
      return conv.forward(x);
    }
  }

  /** Refuses a map [B, C, h, w] of another height or width than a layer was made for. */
  static void requireShape(String what, Tensor x, List<Integer> shape) {
    if (x.size(2) != shape.get(0) || x.size(3) != shape.get(1)) {
      throw new IllegalArgumentException(
          ("%s was made for maps of %d x %d, got %d x %d (its input: %s); use images of the size the"
                  + " model was made for")
              .formatted(
                  what,
                  shape.get(0),
                  shape.get(1),
                  x.size(2),
                  x.size(3),
                  Arrays.toString(x.shape())));
    }
  }
}
