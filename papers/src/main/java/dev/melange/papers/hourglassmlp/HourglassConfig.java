package dev.melange.papers.hourglassmlp;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.ImageModelConfig;

/**
 * Configuration of {@code vision/hourglass-mlp}. Wide-narrow-wide ({@code d_h < d_z}, with a lift)
 * is the paper's shape; the conventional one has {@code input_projection} none and {@code d_h >
 * d_z}.
 *
 * @param d_in numbers of an input vector; an image is flattened channel, row, column
 * @param d_out numbers of an output vector
 * @param d_z width of the skip connection
 * @param d_h width inside a block
 * @param depth number of blocks, L; 0 leaves the projections alone
 * @param input_projection {@code fixed}: a random lift that is saved but never trained; {@code
 *     trainable}; or {@code none}, which needs {@code d_z = d_in}
 * @param output_projection whether a linear map leads from d_z to d_out; without one they are equal
 * @param act between the two linear maps of a block
 * @param norm what a block does to its input first
 * @param norm_eps of the norm
 * @param bias of all linear maps but the lift
 * @param input_residual whether the input is added to the output; needs {@code d_out = d_in}
 */
public record HourglassConfig(
    @Default("784") int d_in,
    @Default("784") int d_out,
    @Default("1568") int d_z,
    @Default("128") int d_h,
    @Default("4") int depth,
    @Default("fixed") @OneOf({"fixed", "trainable", "none"}) String input_projection,
    @Default("true") boolean output_projection,
    @Default("gelu") @OneOf({"gelu", "relu", "silu"}) String act,
    @Default("layer") @OneOf({"layer", "rms", "none"}) String norm,
    @Default("1e-5") double norm_eps,
    @Default("true") boolean bias,
    @Default("false") boolean input_residual)
    implements ImageModelConfig {
  /** Checks that the widths fit each other. */
  public HourglassConfig {
    if (d_in < 1 || d_out < 1 || d_z < 1 || d_h < 1 || depth < 0) {
      throw new IllegalArgumentException(
          "d_in, d_out, d_z and d_h must be at least 1 and depth at least 0, got %d, %d, %d, %d and %d"
              .formatted(d_in, d_out, d_z, d_h, depth));
    }
    if (!(norm_eps > 0)) {
      throw new IllegalArgumentException("norm_eps must be positive, got " + norm_eps);
    }
    if (input_projection.equals("none") && d_z != d_in) {
      throw new IllegalArgumentException(
          "without an input projection d_z must be d_in, got d_z %d and d_in %d"
              .formatted(d_z, d_in));
    }
    if (!output_projection && d_z != d_out) {
      throw new IllegalArgumentException(
          "without an output projection d_z must be d_out, got d_z %d and d_out %d"
              .formatted(d_z, d_out));
    }
    if (input_residual && d_in != d_out) {
      throw new IllegalArgumentException(
          "input_residual adds the input to the output, so d_in must be d_out; got %d and %d"
              .formatted(d_in, d_out));
    }
  }

  /**
   * The paper's shape with the usual norm, activation and biases.
   *
   * @param trainable whether the lift is trained
   */
  public static HourglassConfig hourglass(
      int in, int out, int width, int bottleneck, int depth, boolean trainable) {
    return new HourglassConfig(
        in,
        out,
        width,
        bottleneck,
        depth,
        trainable ? "trainable" : "fixed",
        true,
        "gelu",
        "layer",
        1e-5,
        true,
        false);
  }

  /** The conventional shape: no lift, wide hidden layers, an output projection. */
  public static HourglassConfig conventional(int in, int out, int hidden, int depth) {
    return new HourglassConfig(
        in, out, in, hidden, depth, "none", true, "gelu", "layer", 1e-5, true, false);
  }

  /**
   * Channels of the images if they are square: 3 if a third of {@code d_in} is a square number and
   * {@code d_in} is none, else 1. The network itself sees vectors.
   */
  @Override
  public int channels() {
    return !isSquare(d_in) && d_in % 3 == 0 && isSquare(d_in / 3) ? 3 : 1;
  }

  private static boolean isSquare(int number) {
    long root = Math.round(Math.sqrt(number));
    return root * root == number;
  }

  /** The same blocks between flattened images and one output per class. */
  @Override
  public HourglassConfig forImages(int channels, int height, int width, int classes) {
    int pixels = Math.multiplyExact(Math.multiplyExact(channels, height), width);
    return new HourglassConfig(
        pixels,
        classes,
        input_projection.equals("none") ? pixels : d_z,
        d_h,
        depth,
        input_projection,
        true,
        act,
        norm,
        norm_eps,
        bias,
        false);
  }
}
