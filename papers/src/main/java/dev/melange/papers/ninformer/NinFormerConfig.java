package dev.melange.papers.ninformer;

import dev.melange.component.Default;
import dev.melange.nn.ImageModelConfig;
import dev.melange.nn.TokenGrid;

/**
 * Configuration of {@code vision/ninformer}; the defaults are the published network for CIFAR-10.
 *
 * @param image_height rows of the images, a multiple of the patch size
 * @param image_width columns of the images, a multiple of the patch size
 * @param patch_size side of the square patches
 * @param in_channels channels of the images
 * @param num_classes number of classes
 * @param d_model features of a token
 * @param d_ffn hidden width of all feed-forward networks
 * @param num_layers number of blocks
 * @param dropout rate in all feed-forward networks, [0, 1)
 */
public record NinFormerConfig(
    @Default("32") int image_height,
    @Default("32") int image_width,
    @Default("4") int patch_size,
    @Default("3") int in_channels,
    @Default("10") int num_classes,
    @Default("256") int d_model,
    @Default("512") int d_ffn,
    @Default("4") int num_layers,
    @Default("0.5") double dropout)
    implements ImageModelConfig {
  /** Checks the sizes. */
  public NinFormerConfig {
    if (image_height < 1 || image_width < 1 || patch_size < 1) {
      throw new IllegalArgumentException(
          "image_height, image_width and patch_size must be at least 1, got %d, %d and %d"
              .formatted(image_height, image_width, patch_size));
    }
    if (image_height % patch_size != 0 || image_width % patch_size != 0) {
      throw new IllegalArgumentException(
          "images of %dx%d cannot be cut into patches of %dx%d; resize them, or set patch_size"
              .formatted(image_height, image_width, patch_size, patch_size));
    }
    if (in_channels < 1 || num_classes < 1 || d_model < 1 || d_ffn < 1 || num_layers < 1) {
      throw new IllegalArgumentException(
          "in_channels, num_classes, d_model, d_ffn and num_layers must be at least 1, got %d, %d, %d, %d and %d"
              .formatted(in_channels, num_classes, d_model, d_ffn, num_layers));
    }
  }

  /** How the tokens lie in the image. */
  public TokenGrid grid() {
    return new TokenGrid(rows(), columns());
  }

  /** Rows of patches. */
  public int rows() {
    return image_height / patch_size;
  }

  /** Columns of patches. */
  public int columns() {
    return image_width / patch_size;
  }

  /** Number of tokens. */
  public int tokens() {
    return rows() * columns();
  }

  @Override
  public int channels() {
    return in_channels;
  }

  @Override
  public NinFormerConfig forImages(int channels, int height, int width, int classes) {
    return new NinFormerConfig(
        height, width, patch_size, channels, classes, d_model, d_ffn, num_layers, dropout);
  }

  /** The same with another number of blocks. */
  NinFormerConfig withLayers(int count) {
    return new NinFormerConfig(
        image_height,
        image_width,
        patch_size,
        in_channels,
        num_classes,
        d_model,
        d_ffn,
        count,
        dropout);
  }
}
