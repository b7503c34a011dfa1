package dev.melange.papers.mambamixer;

import dev.melange.component.Default;
import dev.melange.nn.Extent;
import dev.melange.nn.ImageModelConfig;
import dev.melange.nn.TokenGrid;
import java.util.List;

/**
 * Configuration of {@code vision/mamba-mixer}, the image classifier ViM2.
 *
 * @param image_size height and width of the images
 * @param patch_size side of the square patches
 * @param in_chans channels of the images
 * @param embed_dims features of a token in each stage
 * @param depths blocks in each stage
 * @param d_state states of each inner channel, of token and channel mixers
 * @param d_conv side of the token mixers' filters, odd
 * @param expand inner channels of the token mixers as a multiple of the features
 * @param channel_d_conv length of the channel mixers' filters
 * @param channel_expand inner channels of the channel mixers as a multiple of the tokens
 * @param channel_token_dim what the channel mixers reduce the tokens to; 0 for no reduction
 * @param num_classes number of classes
 */
public record MambaMixerConfig(
    Extent image_size,
    int patch_size,
    @Default("3") int in_chans,
    List<Integer> embed_dims,
    List<Integer> depths,
    @Default("16") int d_state,
    @Default("3") int d_conv,
    @Default("2") double expand,
    @Default("3") int channel_d_conv,
    @Default("1") double channel_expand,
    @Default("0") int channel_token_dim,
    @Default("1000") int num_classes)
    implements ImageModelConfig {
  /** Checks the sizes. */
  public MambaMixerConfig {
    embed_dims = List.copyOf(embed_dims);
    depths = List.copyOf(depths);
    if (depths.isEmpty() || embed_dims.size() != depths.size()) {
      throw new IllegalArgumentException(
          "embed_dims and depths say the same number of stages, at least one; got %s and %s"
              .formatted(embed_dims, depths));
    }
    if (embed_dims.stream().anyMatch(d -> d < 1) || depths.stream().anyMatch(d -> d < 1)) {
      throw new IllegalArgumentException(
          "embed_dims and depths must be at least 1, got %s and %s".formatted(embed_dims, depths));
    }
    if (patch_size < 1 || in_chans < 1 || num_classes < 1) {
      throw new IllegalArgumentException(
          "patch_size, in_chans and num_classes must be at least 1, got %d, %d and %d"
              .formatted(patch_size, in_chans, num_classes));
    }
    int stride = patch_size << (depths.size() - 1);
    if (image_size.height() % stride != 0 || image_size.width() % stride != 0) {
      throw new IllegalArgumentException(
          "images of %s cannot be cut into patches of %dx%d that are merged %d times by twos: height and width must be multiples of %d; resize the images, or set patch_size"
              .formatted(image_size, patch_size, patch_size, depths.size() - 1, stride));
    }
  }

  /** Number of stages. */
  public int stages() {
    return depths.size();
  }

  /** How the tokens of a stage lie in the image. */
  public TokenGrid grid(int stage) {
    int side = patch_size << stage;
    return new TokenGrid(image_size.height() / side, image_size.width() / side);
  }

  /** The token mixers of a stage. */
  Ss2d.Config tokenMixer(int stage) {
    return new Ss2d.Config(embed_dims.get(stage), d_state, d_conv, expand, DtRank.AUTO);
  }

  /** The channel mixers of a stage. */
  SelectiveChannelMixer.Config channelMixer(int stage) {
    TokenGrid grid = grid(stage);
    return new SelectiveChannelMixer.Config(
        grid.rows() * grid.columns(),
        d_state,
        channel_d_conv,
        channel_expand,
        DtRank.AUTO,
        channel_token_dim);
  }

  @Override
  public int channels() {
    return in_chans;
  }

  @Override
  public MambaMixerConfig forImages(int channels, int height, int width, int classes) {
    return new MambaMixerConfig(
        new Extent(height, width),
        patch_size,
        channels,
        embed_dims,
        depths,
        d_state,
        d_conv,
        expand,
        channel_d_conv,
        channel_expand,
        channel_token_dim,
        classes);
  }
}
