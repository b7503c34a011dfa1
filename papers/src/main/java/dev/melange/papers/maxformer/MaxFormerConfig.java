package dev.melange.papers.maxformer;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.ImageModelConfig;
import java.util.List;

/**
 * Configuration of {@code vision/max-former}; the defaults are the published network for CIFAR-10.
 * The lists have one element per stage.
 *
 * @param embeds type of each patch embedding, see {@link PatchEmbedding.Config}
 * @param mixers type of each stage's token mixer, see {@link SpikingMixer.Config}
 * @param depths blocks of each stage
 * @param num_heads heads of every attention
 * @param in_channels channels of the images or event frames
 * @param num_classes number of classes
 * @param embed_dims width of the last stage; each earlier one has half the width of the next
 * @param mlp_ratio hidden width of the MLPs, as a multiple of the stage's width
 * @param T time steps
 */
public record MaxFormerConfig(
    @Default("[\"orig\",\"max\",\"max\"]")
        @OneOf({
          "orig",
          "max",
          "avg",
          "1max",
          "1max-imagenet",
          "orig-later",
          "orig-imagenet",
          "max-plus"
        })
        List<String> embeds,
    @Default("[\"identity\",\"dwc3\",\"ssa\"]")
        @OneOf({"identity", "max", "avg", "dwc3", "dwc5", "dwc7", "ssa", "ssa-dwc", "qka"})
        List<String> mixers,
    @Default("[1,1,2]") List<Integer> depths,
    @Default("8") int num_heads,
    @Default("3") int in_channels,
    @Default("10") int num_classes,
    @Default("384") int embed_dims,
    @Default("4") double mlp_ratio,
    @Default("4") int T)
    implements ImageModelConfig {
  /** Checks that the stages fit together. */
  public MaxFormerConfig {
    embeds = List.copyOf(embeds);
    mixers = List.copyOf(mixers);
    depths = List.copyOf(depths);
    if (embeds.isEmpty() || mixers.size() != embeds.size() || depths.size() != embeds.size()) {
      throw new IllegalArgumentException(
          "embeds, mixers and depths need one element per stage, got %s, %s and %s"
              .formatted(embeds, mixers, depths));
    }
    if (depths.stream().anyMatch(depth -> depth < 0)) {
      throw new IllegalArgumentException("depths must not be negative, got " + depths);
    }
    if (T < 1 || in_channels < 1 || num_classes < 1 || !(mlp_ratio > 0)) {
      throw new IllegalArgumentException(
          "T, in_channels and num_classes must be at least 1 and mlp_ratio positive, got %d, %d, %d and %s"
              .formatted(T, in_channels, num_classes, mlp_ratio));
    }
    if (embed_dims >> (embeds.size() - 1) < 1) {
      throw new IllegalArgumentException(
          "embed_dims %d cannot be halved for each of the stages before the last of %d"
              .formatted(embed_dims, embeds.size()));
    }
    for (int stage = 0; stage < embeds.size(); stage++) {
      try {
        embed(embeds, in_channels, embed_dims, stage);
        mixer(mixers, num_heads, embed_dims, stage);
        mlp(embeds.size(), mlp_ratio, embed_dims, stage);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("stage " + (stage + 1) + ": " + e.getMessage(), e);
      }
    }
  }

  private static int width(int stages, int dims, int stage) {
    return dims >> (stages - 1 - stage);
  }

  private static PatchEmbedding.Config embed(
      List<String> embeds, int channels, int dims, int stage) {
    int in = stage == 0 ? channels : width(embeds.size(), dims, stage - 1);
    return new PatchEmbedding.Config(embeds.get(stage), in, width(embeds.size(), dims, stage));
  }

  private static SpikingMixer.Config mixer(List<String> mixers, int heads, int dims, int stage) {
    return new SpikingMixer.Config(mixers.get(stage), width(mixers.size(), dims, stage), heads);
  }

  private static SpikingMlp.Config mlp(int stages, double ratio, int dims, int stage) {
    int width = width(stages, dims, stage);
    return new SpikingMlp.Config(width, (int) (width * ratio));
  }

  /** The patch embedding of a stage, counted from 0. */
  PatchEmbedding.Config embed(int stage) {
    return embed(embeds, in_channels, embed_dims, stage);
  }

  /** The token mixer of a stage, counted from 0. */
  SpikingMixer.Config mixer(int stage) {
    return mixer(mixers, num_heads, embed_dims, stage);
  }

  /** The MLP of a stage, counted from 0. */
  SpikingMlp.Config mlp(int stage) {
    return mlp(embeds.size(), mlp_ratio, embed_dims, stage);
  }

  /** By what the height and width of the images are divided in all. */
  public int stride() {
    int stride = 1;
    for (int stage = 0; stage < embeds.size(); stage++) {
      stride *= embed(stage).stride();
    }
    return stride;
  }

  @Override
  public int channels() {
    return in_channels;
  }

  /**
   * The same network for other images and classes; its weights do not depend on the size.
   *
   * @throws IllegalArgumentException if the stages' strides do not divide height and width
   */
  @Override
  public MaxFormerConfig forImages(int channels, int height, int width, int classes) {
    int stride = stride();
    if (height % stride != 0 || width % stride != 0) {
      throw new IllegalArgumentException(
          "this Max-Former divides images by %d: height and width must be multiples of it, got %dx%d; use --size %d"
              .formatted(
                  stride,
                  height,
                  width,
                  Math.max(1, Math.round((float) height / stride)) * stride));
    }
    return new MaxFormerConfig(
        embeds, mixers, depths, num_heads, channels, classes, embed_dims, mlp_ratio, T);
  }
}
