package dev.melange.papers.maxim;

import dev.melange.component.Default;
import dev.melange.nn.Conv2d;
import dev.melange.nn.ConvTranspose2d;
import dev.melange.nn.Dropout;
import dev.melange.nn.Layer;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Linear;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;

/**
 * The cross-gating block: two feature maps, each multiplied with weights that the multi-axis mixing
 * of the other one makes (paper, section 3.3).
 */
public final class CrossGating extends Layer {
  /**
   * Configuration.
   *
   * @param in_channels_x channels of x
   * @param in_channels_y channels of y
   * @param features channels of both outputs
   * @param block_size height and width of a block in pixels
   * @param grid_size rows and columns of the grid
   * @param input_proj_factor has no effect, as in the official code
   * @param upsample_y whether y has half the height and width of x
   * @param use_bias whether linear layers and convolutions have biases
   * @param dropout_rate after each output projection
   */
  public record Config(
      int in_channels_x,
      int in_channels_y,
      int features,
      List<Integer> block_size,
      List<Integer> grid_size,
      @Default("2") int input_proj_factor,
      @Default("true") boolean upsample_y,
      @Default("true") boolean use_bias,
      @Default("0") double dropout_rate) {
    /** Checks sizes and widths. */
    public Config {
      block_size = MaximConfig.requireSize("block_size", block_size);
      grid_size = MaximConfig.requireSize("grid_size", grid_size);
      if (in_channels_x < 1 || in_channels_y < 1 || features < 1) {
        throw new IllegalArgumentException(
            "in_channels_x, in_channels_y and features must be at least 1, got %d, %d and %d"
                .formatted(in_channels_x, in_channels_y, features));
      }
      if (!upsample_y && in_channels_y != features) {
        throw new IllegalArgumentException(
            "without upsample_y, y must have the %d features of the output, got in_channels_y %d"
                .formatted(features, in_channels_y));
      }
    }
  }

  /**
   * The two feature maps after they have gated each other.
   *
   * @param x [B, features, H, W]
   * @param y [B, features, H, W]
   */
  public record Gated(Tensor x, Tensor y) {}

  private final ConvTranspose2d upsample; // null where y has x's size
  private final Conv2d convX;
  private final Conv2d convY;
  private final LayerNorm normX;
  private final LayerNorm normY;
  private final Linear inProjectX;
  private final Linear inProjectY;
  private final MultiAxisGating gatingX;
  private final MultiAxisGating gatingY;
  private final Linear outProjectX;
  private final Linear outProjectY;
  private final Dropout drop;

  /** A block with initial weights from the stream. */
  public CrossGating(Config config, Rng rng) {
    int f = config.features;
    boolean bias = config.use_bias;
    upsample =
        config.upsample_y
            ? child("ConvTranspose_0", FlaxInit.doubling(config.in_channels_y, f, bias, rng))
            : null;
    convX = child("Conv_0", FlaxInit.pointwise(config.in_channels_x, f, bias, rng));
    convY = child("Conv_1", FlaxInit.pointwise(f, f, bias, rng));
    normX = child("LayerNorm_x", new LayerNorm(f, Maxim.EPS));
    normY = child("LayerNorm_y", new LayerNorm(f, Maxim.EPS));
    inProjectX = child("in_project_x", FlaxInit.dense(f, f, bias, rng));
    inProjectY = child("in_project_y", FlaxInit.dense(f, f, bias, rng));
    gatingX = child("SplitHeadMultiAxisGating_x", gating(config, rng));
    gatingY = child("SplitHeadMultiAxisGating_y", gating(config, rng));
    outProjectX = child("out_project_x", FlaxInit.dense(f, f, bias, rng));
    outProjectY = child("out_project_y", FlaxInit.dense(f, f, bias, rng));
    drop = child("dropout", new Dropout(config.dropout_rate));
  }

  private static MultiAxisGating gating(Config config, Rng rng) {
    return new MultiAxisGating(
        config.features,
        config.block_size,
        config.grid_size,
        config.use_bias,
        config.dropout_rate,
        rng);
  }

  /**
   * Gates both.
   *
   * @param x [B, in_channels_x, H, W]
   * @param y [B, in_channels_y, H, W], or half as high and wide if it is upsampled
   */
  public Gated forward(Tensor x, Tensor y) {
    return Scope.run(
        () -> {
          Tensor sameSize = upsample == null ? y : upsample.forward(y);
          Tensor shortX = convX.forward(x).permute(0, 2, 3, 1); // [B, H, W, f]
          Tensor shortY = convY.forward(sameSize).permute(0, 2, 3, 1);
          Tensor ownX = inProjectX.forward(normX.forward(shortX)).geluTanh();
          Tensor ownY = inProjectY.forward(normY.forward(shortY)).geluTanh();
          Tensor gateX = gatingX.forward(ownX);
          Tensor gateY = gatingY.forward(ownY);
          Tensor newY = drop.forward(outProjectY.forward(ownY.mul(gateX))).add(shortY);
          Tensor newX = drop.forward(outProjectX.forward(ownX.mul(gateY))).add(newY).add(shortX);
          return new Gated(newX.permute(0, 3, 1, 2), newY.permute(0, 3, 1, 2));
        });
  }
}
