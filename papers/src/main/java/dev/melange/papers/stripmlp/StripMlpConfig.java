package dev.melange.papers.stripmlp;

import dev.melange.component.Default;
import dev.melange.nn.ImageModelConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * Configuration of {@link StripMlp}; the defaults are the published Strip-MLP-T.
 *
 * @param img_size side of the square images; at least eight patches
 * @param patch_size side of a patch
 * @param in_chans channels of the images
 * @param num_classes number of classes
 * @param embed_dim channels of the first stage; they double from stage to stage
 * @param layers blocks of each of the four stages
 * @param alpha hidden over outer width of the channel mixing; the method is defined for 3 alone
 * @param strip_width how many neighbouring strips make a new one, odd
 * @param groups number of patches of channels that share their matrices; null for 2 where the
 *     channels are a multiple of 80, else 4
 */
public record StripMlpConfig(
    @Default("224") int img_size,
    @Default("4") int patch_size,
    @Default("3") int in_chans,
    @Default("1000") int num_classes,
    @Default("80") int embed_dim,
    @Default("[2, 2, 12, 2]") List<Integer> layers,
    @Default("3") int alpha,
    @Default("3") int strip_width,
    @Default("null") Integer groups)
    implements ImageModelConfig {
  /** Number of stages. */
  static final int STAGES = 4;

  private static final int LAST = 1 << (STAGES - 1);

  /** Checks that the numbers fit each other. */
  public StripMlpConfig {
    if (patch_size < 1 || in_chans < 1 || num_classes < 1 || embed_dim < 1) {
      throw new IllegalArgumentException(
          "patch_size, in_chans, num_classes and embed_dim must be at least 1, got %d, %d, %d and %d"
              .formatted(patch_size, in_chans, num_classes, embed_dim));
    }
    layers = List.copyOf(layers);
    if (layers.size() != STAGES || layers.stream().anyMatch(count -> count < 0)) {
      throw new IllegalArgumentException(
          "layers must give the blocks of four stages, none negative, got " + layers);
    }
    if (alpha != 3) {
      throw new IllegalArgumentException(
          "alpha must be 3, the width for which the channel mixing is defined, got " + alpha);
    }
    if (img_size / patch_size < LAST) {
      throw new IllegalArgumentException(
          "images of %d pixels are too small for patches of %d: the map is halved three times, so use images of at least %d pixels, or patch_size %d or less"
              .formatted(img_size, patch_size, LAST * patch_size, Math.max(1, img_size / LAST)));
    }
    for (int stage = 0; stage < STAGES; stage++) {
      blocks(img_size, patch_size, embed_dim, strip_width, groups, stage); // checks the channels
    }
  }

  /** A small network of the same kind: patches of 4 pixels, of 1 in images below 32 pixels. */
  static StripMlpConfig small(int channels, int side, int classes) {
    return new StripMlpConfig(
        side, side < 32 ? 1 : 4, channels, classes, 16, List.of(1, 1, 2, 1), 3, 3, null);
  }

  /** The same with other strips. */
  StripMlpConfig withStripWidth(int width) {
    return new StripMlpConfig(
        img_size, patch_size, in_chans, num_classes, embed_dim, layers, alpha, width, groups);
  }

  /** What the blocks of a stage are made for. */
  StripMlpBlock.Config blocks(int stage) {
    return blocks(img_size, patch_size, embed_dim, strip_width, groups, stage);
  }

  private static StripMlpBlock.Config blocks(
      int side, int patch, int width, int stripWidth, Integer groups, int stage) {
    return new StripMlpBlock.Config(width << stage, (side / patch) >> stage, stripWidth, groups);
  }

  /** Channels of each stage. */
  public List<Integer> widths() {
    List<Integer> widths = new ArrayList<>();
    for (int stage = 0; stage < STAGES; stage++) {
      widths.add(embed_dim << stage);
    }
    return widths;
  }

  @Override
  public int channels() {
    return in_chans;
  }

  @Override
  public StripMlpConfig forImages(int channels, int height, int width, int classes) {
    if (height != width) {
      throw new IllegalArgumentException(
          "strip-mlp shares one table of positions between rows and columns, so it needs square images, got %d x %d"
              .formatted(height, width));
    }
    return new StripMlpConfig(
        height, patch_size, channels, classes, embed_dim, layers, alpha, strip_width, groups);
  }
}
