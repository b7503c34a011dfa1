package dev.melange.papers.maxim;

import dev.melange.component.Default;
import dev.melange.nn.Conv2d;
import dev.melange.nn.Layer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;

/**
 * The supervised attention module (SAM) between two stages: an image that is trained for, and
 * features on which that image has put a gate.
 */
public final class SupervisedAttention extends Layer {
  /**
   * Configuration.
   *
   * @param features channels of the features
   * @param output_channels channels of the image; with 3 the module predicts what to add to the
   *     given image, otherwise the image itself
   * @param use_bias whether convolutions have biases
   */
  public record Config(
      int features, @Default("3") int output_channels, @Default("true") boolean use_bias) {
    /** Checks widths. */
    public Config {
      if (features < 1 || output_channels < 1) {
        throw new IllegalArgumentException(
            "features and output_channels must be at least 1, got %d and %d"
                .formatted(features, output_channels));
      }
    }
  }

  /**
   * What a stage hands on.
   *
   * @param features [B, f, H, W], for the next stage
   * @param image [B, output channels, H, W], the stage's own result
   */
  public record Attended(Tensor features, Tensor image) {}

  private final boolean residual;
  private final Conv2d conv;
  private final Conv2d toImage;
  private final Conv2d fromImage;

  /** A module with initial weights from the stream. */
  public SupervisedAttention(Config config, Rng rng) {
    residual = config.output_channels == 3;
    int f = config.features;
    int channels = config.output_channels;
    conv = child("Conv_0", FlaxInit.conv3x3(f, f, config.use_bias, rng));
    toImage = child("Conv_1", FlaxInit.conv3x3(f, channels, config.use_bias, rng));
    fromImage = child("Conv_2", FlaxInit.conv3x3(channels, f, config.use_bias, rng));
  }

  /**
   * Runs the module.
   *
   * @param x features [B, f, H, W]
   * @param image the degraded image [B, 3, H, W]
   */
  public Attended forward(Tensor x, Tensor image) {
    return Scope.run(
        () -> {
          Tensor predicted = toImage.forward(x);
          Tensor restored = residual ? predicted.add(image) : predicted;
          Tensor gate = fromImage.forward(restored).sigmoid();
          return new Attended(x.addcmul(conv.forward(x), gate, 1), restored);
        });
  }
}
