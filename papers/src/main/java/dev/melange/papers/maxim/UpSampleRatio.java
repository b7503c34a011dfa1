package dev.melange.papers.maxim;

import dev.melange.component.Default;
import dev.melange.nn.Conv2d;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Resample;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * Bilinear resizing by a ratio, antialiased when it shrinks, and a 1x1 convolution: [B, C, H, W] to
 * [B, features, int(H ratio), int(W ratio)].
 */
public final class UpSampleRatio extends UnaryLayer {
  /**
   * Configuration.
   *
   * @param in_channels C
   * @param features channels of the output
   * @param ratio output size by input size
   * @param use_bias whether the convolution has a bias
   */
  public record Config(
      int in_channels, int features, double ratio, @Default("true") boolean use_bias) {
    /** Checks the values. */
    public Config {
      if (in_channels < 1 || features < 1 || !(ratio > 0) || Double.isInfinite(ratio)) {
        throw new IllegalArgumentException(
            "in_channels and features must be at least 1 and the ratio positive, got %d, %d and %s"
                .formatted(in_channels, features, ratio));
      }
    }
  }

  private final double ratio;
  private final Conv2d conv;

  /** A layer with initial weights from the stream. */
  public UpSampleRatio(Config config, Rng rng) {
    ratio = config.ratio;
    conv =
        child(
            "Conv_0",
            FlaxInit.pointwise(config.in_channels, config.features, config.use_bias, rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    if (ratio == 1) {
      return conv.forward(x);
    }
    long height = (long) (x.size(2) * ratio);
    long width = (long) (x.size(3) * ratio);
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "%s by %s is less than one pixel; the image is too small".formatted(x, ratio));
    }
    // Weights of the resizing sum to 1, so it may change places with the convolution: the smaller
    // image is convolved.
    return scoped(
        () ->
            ratio < 1
                ? conv.forward(Resample.bilinear(x, height, width))
                : Nn.resizeBilinear(conv.forward(x), height, width, false));
  }
}
