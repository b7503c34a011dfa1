package dev.melange.papers.mlpmixer;

import dev.melange.component.Configs;
import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.Dropout;
import dev.melange.nn.Extent;
import dev.melange.nn.ImageModel;
import dev.melange.nn.ImageModelConfig;
import dev.melange.nn.Init;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Layers;
import dev.melange.nn.Linear;
import dev.melange.nn.PatchEmbed;
import dev.melange.nn.StagedImageModel;
import dev.melange.nn.TokenGrid;
import dev.melange.nn.TokenMixerHost;
import dev.melange.nn.TokenMixerSlot;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Image classifiers from MLPs over patch tokens and over channels, without attention: MLP-Mixer,
 * ResMLP and gMLP, by the kind of block. Weight names are those of timm's {@code MlpMixer}. Images
 * [B, in_chans, H, W] of exactly {@code img_size}.
 */
public final class MlpMixer extends ImageModel implements TokenMixerHost, StagedImageModel {
  /**
   * What a model consists of.
   *
   * @param num_classes 0 for a model without classifier
   * @param img_size pixels; a multiple of the patch
   * @param in_chans image channels
   * @param patch_size pixels
   * @param num_blocks number of blocks
   * @param embed_dim width D of the tokens
   * @param mlp_ratio hidden sizes as multiples of D; one number for resmlp and gmlp
   * @param block the kind of block
   * @param act activation within the MLPs
   * @param norm_eps of the layer norms (not of the one within gMLP's gate, which has 1e-5)
   * @param init_values initial scale of ResMLP's branches
   * @param stem_norm whether the patch embedding is normalised
   * @param drop_rate dropout before the classifier
   * @param proj_drop_rate dropout within the MLPs
   * @param drop_path_rate stochastic depth, the same in every block
   * @param nlhb whether the classifier's bias starts at {@code -ln(num_classes)} instead of 0
   * @param global_pool {@code avg}, or empty to classify every token
   * @param output what the component computes: logits, or the normalised tokens
   */
  public record Config(
      @Default("1000") int num_classes,
      @Default("224") Extent img_size,
      @Default("3") int in_chans,
      @Default("16") Extent patch_size,
      @Default("8") int num_blocks,
      @Default("512") int embed_dim,
      @Default("[0.5, 4.0]") Ratios mlp_ratio,
      @Default("mixer") @OneOf({"mixer", "resmlp", "gmlp"}) String block,
      @Default("gelu") @OneOf({"gelu", "relu", "silu"}) String act,
      @Default("1e-6") double norm_eps,
      @Default("1e-4") double init_values,
      @Default("false") boolean stem_norm,
      @Default("0") double drop_rate,
      @Default("0") double proj_drop_rate,
      @Default("0") double drop_path_rate,
      @Default("false") boolean nlhb,
      @Default("avg") @OneOf({"avg", ""}) String global_pool,
      @Default("logits") @OneOf({"logits", "features"}) String output)
      implements ImageModelConfig {
    @Override
    public int channels() {
      return in_chans;
    }

    @Override
    public Config forImages(int channels, int height, int width, int classes) {
      Map<String, String> keys =
          Map.of(
              "in_chans", Integer.toString(channels),
              "img_size", "[" + height + "," + width + "]",
              "num_classes", Integer.toString(classes));
      return Configs.with(this, keys, "vision/mlp-mixer");
    }

    /** Checks sizes and that they fit each other. */
    public Config {
      if (num_classes < 0 || in_chans < 1 || num_blocks < 1 || embed_dim < 1) {
        throw new IllegalArgumentException(
            "num_classes must be >= 0, in_chans, num_blocks and embed_dim >= 1; got %d, %d, %d, %d"
                .formatted(num_classes, in_chans, num_blocks, embed_dim));
      }
      if (img_size.height() % patch_size.height() != 0
          || img_size.width() % patch_size.width() != 0) {
        throw new IllegalArgumentException(
            "img_size %s is not a multiple of patch_size %s".formatted(img_size, patch_size));
      }
      int hidden = (int) (mlp_ratio.channels() * embed_dim);
      if (hidden < 1 || (int) (mlp_ratio.tokens() * embed_dim) < 1) {
        throw new IllegalArgumentException(
            "mlp_ratio %s of embed_dim %d leaves no hidden features"
                .formatted(mlp_ratio, embed_dim));
      }
      if (!block.equals("mixer") && mlp_ratio.tokens() != mlp_ratio.channels()) {
        throw new IllegalArgumentException(
            "block %s takes one mlp_ratio, got %s".formatted(block, mlp_ratio));
      }
      if (block.equals("gmlp") && hidden % 2 != 0) {
        throw new IllegalArgumentException(
            "block gmlp halves its hidden features, which are %d (mlp_ratio %s of embed_dim %d)"
                .formatted(hidden, mlp_ratio.channels(), embed_dim));
      }
    }

    /** Number of tokens N. */
    public int tokens() {
      return grid().rows() * grid().columns();
    }

    /** How the tokens lie in the image. */
    public TokenGrid grid() {
      return new TokenGrid(
          img_size.height() / patch_size.height(), img_size.width() / patch_size.width());
    }

    /** Hidden size of the channel MLP, cut to a whole number. */
    public int channelHidden() {
      return (int) (mlp_ratio.channels() * embed_dim);
    }
  }

  private final Config config;
  private final PatchEmbed stem;
  private final UnaryLayer stemNorm; // null without stem_norm
  private final Layers<TokenMixingBlock> blocks;
  private final UnaryLayer norm;
  private final Dropout drop;
  private Linear head; // null without classes

  /** A new, untrained model. */
  public MlpMixer(Config config, Rng rng) {
    this.config = config;
    int d = config.embed_dim();
    Extent patch = config.patch_size();
    stem = child("stem", new PatchEmbed(config.in_chans(), d, patch.height(), patch.width(), rng));
    Init.lecunNormal(stem.proj().weight(), rng);
    Init.constant(stem.proj().bias(), 0);
    stemNorm = config.stem_norm() ? child("stem.norm", newNorm()) : null;
    blocks = child("blocks", Layers.of(config.num_blocks(), i -> newBlock(rng)));
    norm = child("norm", newNorm());
    drop = child("head_drop", new Dropout(config.drop_rate()));
    if (config.num_classes() > 0) {
      head = child("head", newHead(config.num_classes(), rng));
    }
  }

  private UnaryLayer newNorm() {
    return config.block().equals("resmlp")
        ? new Affine(config.embed_dim())
        : new LayerNorm(config.embed_dim(), config.norm_eps());
  }

  private TokenMixingBlock newBlock(Rng rng) {
    return switch (config.block()) {
      case "mixer" -> new MixerBlock(config, rng);
      case "resmlp" -> new ResMlpBlock(config, rng);
      case "gmlp" -> new GmlpBlock(config, rng);
      default ->
          throw new IllegalArgumentException(
              "block must be mixer, resmlp or gmlp, got '" + config.block() + "'");
    };
  }

  private Linear newHead(int classes, Rng rng) {
    Linear linear = new Linear(config.embed_dim(), classes, rng);
    Init.constant(linear.weight(), 0);
    Init.constant(linear.bias(), config.nlhb() ? -Math.log((double) classes) : 0);
    return linear;
  }

  /** What the model consists of. */
  public Config config() {
    return config;
  }

  @Override
  public List<TokenMixerSlot> tokenMixerSlots(int height, int width) {
    TokenGrid grid = config.grid();
    List<TokenMixerSlot> slots = new ArrayList<>();
    for (TokenMixingBlock block : blocks) {
      slots.add(
          new TokenMixerSlot(
              0, block.mixedChannels(), grid.rows(), grid.columns(), block::replaceMixer));
    }
    return slots;
  }

  /** Tokens after the final norm, [B, N, D]; N in row-major order of the patches. */
  @Override
  public Tensor forwardFeatures(Tensor x) {
    return lastStages(firstStages(x, blocks.size()), blocks.size());
  }

  /** Every block counts as a stage. */
  @Override
  public int stages() {
    return blocks.size();
  }

  @Override
  public Tensor firstStages(Tensor x, int count) {
    Extent size = config.img_size();
    if (x.dim() != 4
        || x.size(1) != config.in_chans()
        || x.size(2) != size.height()
        || x.size(3) != size.width()) {
      throw new IllegalArgumentException(
          "mlp-mixer expects images x [B, %d, %d, %d], got %s; resize them or set img_size"
              .formatted(
                  config.in_chans(), size.height(), size.width(), Arrays.toString(x.shape())));
    }
    Tensor y = stem.forward(x);
    if (stemNorm != null) {
      y = stemNorm.forward(y);
    }
    return run(y, 0, count);
  }

  @Override
  public Tensor lastStages(Tensor map, int count) {
    return norm.forward(run(map, count, blocks.size()));
  }

  private Tensor run(Tensor x, int from, int to) {
    Tensor y = x;
    for (int i = from; i < to; i++) {
      Tensor in = y;
      UnaryLayer block = blocks.get(i);
      y = scoped(() -> block.forward(in));
    }
    return y;
  }

  /** Mean over tokens (unless {@code global_pool} is empty), dropout, classifier. */
  @Override
  public Tensor forwardHead(Tensor features) {
    Tensor pooled = config.global_pool().equals("avg") ? features.mean(1) : features;
    Tensor dropped = drop.forward(pooled);
    return head == null ? dropped : head.forward(dropped);
  }

  @Override
  public int classes() {
    return head == null ? 0 : (int) head.weight().size(0);
  }

  /**
   * Replaces the classifier by a new one with zero weights.
   *
   * @throws IllegalArgumentException for less than one class
   */
  @Override
  public void resetClassifier(int classes, Rng rng) {
    if (classes < 1) {
      throw new IllegalArgumentException(
          "a classifier has at least one class, got %d; build the model with num_classes=0"
              .formatted(classes));
    }
    Linear fresh = newHead(classes, rng);
    fresh.to(dtype());
    fresh.to(stem.proj().weight().device());
    if (head == null) {
      head = child("head", fresh);
    } else {
      head.weight().setData(fresh.weight().detach());
      head.bias().setData(fresh.bias().detach());
    }
  }
}
