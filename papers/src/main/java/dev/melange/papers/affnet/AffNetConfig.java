package dev.melange.papers.affnet;

import dev.melange.component.Configs;
import dev.melange.component.Default;
import dev.melange.component.Key;
import dev.melange.component.OneOf;
import dev.melange.nn.ImageModelConfig;
import java.util.List;
import java.util.Map;

/**
 * Configuration of {@link AffNet}; the defaults without {@code channels} and {@code expand_ratio}
 * are those of the published networks.
 *
 * @param stem_channels channels after the first convolution
 * @param widths channels of the five stages; key {@code channels}
 * @param mv2_blocks inverted residuals of the first two stages
 * @param aff_blocks inner blocks of the last three stages
 * @param expand_ratio hidden over input channels of the inverted residuals between stages
 * @param ffn_ratio hidden over input channels of those in the inner blocks
 * @param no_fuse for each of the last three stages whether its input is left out at its end
 * @param last_layer_exp_factor channels before the classifier over those of the last stage; at most
 *     960 channels
 * @param num_blocks groups of channels in the filters
 * @param sparsity_threshold of the filters
 * @param activation swish or relu
 * @param attn_norm_layer norm of the inner blocks: layer_norm_2d, layer_norm or batch_norm
 * @param num_classes number of classes
 * @param output_stride image over last map, for dense prediction: 8 or 16; null for 32
 * @param global_pool mean over the positions
 * @param classifier_dropout dropout before the classifier
 * @param in_channels channels of the images
 */
public record AffNetConfig(
    @Default("16") int stem_channels,
    @Key("channels") List<Integer> widths,
    @Default("[1, 3]") List<Integer> mv2_blocks,
    @Default("[2, 4, 3]") List<Integer> aff_blocks,
    double expand_ratio,
    @Default("2.0") double ffn_ratio,
    @Default("[false, false, false]") List<Boolean> no_fuse,
    @Default("4") double last_layer_exp_factor,
    @Default("8") int num_blocks,
    @Default("0.01") double sparsity_threshold,
    @Default("swish") @OneOf({"swish", "relu"}) String activation,
    @Default("layer_norm_2d") @OneOf({"layer_norm_2d", "layer_norm", "batch_norm"})
        String attn_norm_layer,
    @Default("1000") int num_classes,
    @Default("null") Integer output_stride,
    @Default("mean") @OneOf({"mean"}) String global_pool,
    @Default("0.0") double classifier_dropout,
    @Default("3") int in_channels)
    implements ImageModelConfig {
  private static final int STAGES = 5;
  private static final int MIXED_STAGES = 3;
  private static final int MOST_FEATURES = 960;

  /** Checks all values. */
  public AffNetConfig {
    widths = List.copyOf(widths);
    mv2_blocks = List.copyOf(mv2_blocks);
    aff_blocks = List.copyOf(aff_blocks);
    no_fuse = List.copyOf(no_fuse);
    requirePositive("channels", widths, STAGES);
    requirePositive("mv2_blocks", mv2_blocks, STAGES - MIXED_STAGES);
    requirePositive("aff_blocks", aff_blocks, MIXED_STAGES);
    if (no_fuse.size() != MIXED_STAGES) {
      throw new IllegalArgumentException(
          "no_fuse must have one element for each of the last 3 stages, got " + no_fuse);
    }
    if (stem_channels < 1 || num_classes < 1 || in_channels < 1) {
      throw new IllegalArgumentException(
          "stem_channels, num_classes and in_channels must be at least 1, got %d, %d and %d"
              .formatted(stem_channels, num_classes, in_channels));
    }
    for (int s = STAGES - MIXED_STAGES; s < STAGES; s++) {
      if (num_blocks < 1 || widths.get(s) % num_blocks != 0) {
        throw new IllegalArgumentException(
            "num_blocks must divide the channels of the last three stages, got channels %s and %d blocks"
                .formatted(widths, num_blocks));
      }
      if (!((int) (ffn_ratio * widths.get(s)) >= 1)) {
        throw new IllegalArgumentException(
            "ffn_ratio must leave at least one hidden channel, got %s for %d channels"
                .formatted(ffn_ratio, widths.get(s)));
      }
    }
    if (!(expand_ratio > 0) || !(last_layer_exp_factor * widths.get(STAGES - 1) >= 1)) {
      throw new IllegalArgumentException(
          "expand_ratio and last_layer_exp_factor must be positive, got %s and %s"
              .formatted(expand_ratio, last_layer_exp_factor));
    }
    if (output_stride != null && output_stride != 8 && output_stride != 16) {
      throw new IllegalArgumentException(
          "output_stride must be 8, 16 or null, got " + output_stride);
    }
    if (!(classifier_dropout >= 0 && classifier_dropout < 1)) {
      throw new IllegalArgumentException(
          "classifier_dropout must lie in [0, 1), got " + classifier_dropout);
    }
  }

  private static void requirePositive(String key, List<Integer> values, int count) {
    if (values.size() != count || values.stream().anyMatch(value -> value < 1)) {
      throw new IllegalArgumentException(
          "%s must have %d elements of at least 1, got %s".formatted(key, count, values));
    }
  }

  @Override
  public int channels() {
    return in_channels;
  }

  /** Any size of image will do: the filters are made from the map that they filter. */
  @Override
  public AffNetConfig forImages(int channels, int height, int width, int classes) {
    return Configs.with(
        this,
        Map.of("in_channels", Integer.toString(channels), "num_classes", Integer.toString(classes)),
        "vision/affnet");
  }

  /** The same network for dense prediction: the last map is at least image / {@code stride}. */
  public AffNetConfig withOutputStride(int stride) {
    return Configs.with(this, Map.of("output_stride", Integer.toString(stride)), "vision/affnet");
  }

  /** Channels before the classifier. */
  int features() {
    return (int) Math.min(last_layer_exp_factor * widths.get(STAGES - 1), MOST_FEATURES);
  }

  /** Whether a stage, counted from 0, halves the map; those of dense prediction do not. */
  boolean halves(int stage) {
    return stage != 0 && (output_stride == null || stage < STAGES - (output_stride == 16 ? 1 : 2));
  }

  /**
   * Dilation of the convolution at the start of a stage: that of the stage before, which doubles
   * only after each stage that would have halved the map.
   */
  int dilation(int stage) {
    int dilated = 0;
    for (int s = 1; s < stage; s++) {
      dilated += halves(s) ? 0 : 1;
    }
    return 1 << dilated;
  }

  /** The filter stage's configuration; stages are counted from 0, the first with filters is 2. */
  AffBlock.Config block(int stage) {
    int i = stage - (STAGES - MIXED_STAGES);
    int width = widths.get(stage);
    return new AffBlock.Config(
        width,
        width,
        (int) (ffn_ratio * width),
        aff_blocks.get(i),
        num_blocks,
        sparsity_threshold,
        attn_norm_layer,
        no_fuse.get(i),
        activation);
  }
}
