package dev.melange.papers.scalingmlps;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.Extent;
import dev.melange.nn.ImageModelConfig;

/**
 * Configuration of {@link ScalingMlp}; the defaults are the published B_12-Wi_1024 with the classes
 * of its pre-training.
 *
 * @param model {@code BottleneckMLP}: blocks that widen and have a short cut; {@code MLP}: plain
 *     layers
 * @param resolution rows and columns of the images
 * @param num_channels channels of the images
 * @param num_classes number of classes
 * @param num_blocks blocks of a BottleneckMLP; of an MLP the number of hidden widths, so that it
 *     has one layer less between the first and the last
 * @param width features between blocks
 * @param expansion_factor inner over outer width of a block of a BottleneckMLP
 * @param normalization before each block of a BottleneckMLP: layer, batch or none; an MLP always
 *     has layer
 */
public record ScalingMlpConfig(
    @Default("BottleneckMLP") @OneOf({"BottleneckMLP", "MLP"}) String model,
    @Default("64") Extent resolution,
    @Default("3") int num_channels,
    @Default("11230") int num_classes,
    @Default("12") int num_blocks,
    @Default("1024") int width,
    @Default("4") int expansion_factor,
    @Default("layer") @OneOf({"layer", "batch", "none"}) String normalization)
    implements ImageModelConfig {
  /** Checks the sizes. */
  public ScalingMlpConfig {
    if (num_channels < 1 || num_classes < 1 || num_blocks < 1 || width < 1) {
      throw new IllegalArgumentException(
          "num_channels, num_classes, num_blocks and width must be at least 1, got %d, %d, %d and %d"
              .formatted(num_channels, num_classes, num_blocks, width));
    }
    if (expansion_factor < 1) {
      throw new IllegalArgumentException(
          "expansion_factor must be at least 1, got " + expansion_factor);
    }
    if (model.equals("MLP") && !normalization.equals("layer")) {
      throw new IllegalArgumentException(
          "an MLP always has layer normalisation, got normalization '%s'; leave it out, or set model to BottleneckMLP"
              .formatted(normalization));
    }
  }

  /** Whether its blocks widen and have a short cut. */
  public boolean isBottleneck() {
    return model.equals("BottleneckMLP");
  }

  /** Numbers of an image. */
  public int pixels() {
    return num_channels * resolution.height() * resolution.width();
  }

  @Override
  public int channels() {
    return num_channels;
  }

  @Override
  public ScalingMlpConfig forImages(int channels, int height, int width, int classes) {
    return new ScalingMlpConfig(
        model,
        new Extent(height, width),
        channels,
        classes,
        num_blocks,
        this.width,
        expansion_factor,
        normalization);
  }
}
