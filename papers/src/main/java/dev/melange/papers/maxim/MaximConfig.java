package dev.melange.papers.maxim;

import dev.melange.component.Default;
import java.util.List;

/**
 * Configuration of {@link Maxim}, keys as in the official code.
 *
 * @param features channels at full resolution, doubled at every level
 * @param depth levels of each U-Net
 * @param num_stages U-Nets one after the other
 * @param num_groups blocks per level
 * @param use_bias whether linear layers and convolutions have biases
 * @param num_supervision_scales scales at which every stage takes and gives images
 * @param lrelu_slope has no effect: the blocks always use 0.2, as in the official code
 * @param use_global_mlp whether encoders and decoders mix along both axes
 * @param use_cross_gating whether skip connections and stages are joined by cross gating; otherwise
 *     by convolutions
 * @param high_res_stages levels that use the sizes for high resolution
 * @param block_size_hr block at these levels, height and width in pixels
 * @param block_size_lr block and grid at the levels below
 * @param grid_size_hr grid at the levels of high resolution, rows and columns
 * @param grid_size_lr has no effect: the official code takes {@code block_size_lr} instead
 * @param num_bottleneck_blocks blocks at the lowest level
 * @param block_gmlp_factor widening inside the local gated MLPs
 * @param grid_gmlp_factor widening inside the global gated MLPs
 * @param input_proj_factor widening before the two axes; always 2 in the decoders
 * @param channels_reduction divides the channels inside channel attention
 * @param num_outputs channels of the predicted images, 3 or 1; a single one is added to all three
 *     of the image
 * @param dropout_rate after output projections
 */
public record MaximConfig(
    @Default("64") int features,
    @Default("3") int depth,
    @Default("2") int num_stages,
    @Default("1") int num_groups,
    @Default("true") boolean use_bias,
    @Default("1") int num_supervision_scales,
    @Default("0.2") double lrelu_slope,
    @Default("true") boolean use_global_mlp,
    @Default("true") boolean use_cross_gating,
    @Default("2") int high_res_stages,
    @Default("[16, 16]") List<Integer> block_size_hr,
    @Default("[8, 8]") List<Integer> block_size_lr,
    @Default("[16, 16]") List<Integer> grid_size_hr,
    @Default("[8, 8]") List<Integer> grid_size_lr,
    @Default("1") int num_bottleneck_blocks,
    @Default("2") int block_gmlp_factor,
    @Default("2") int grid_gmlp_factor,
    @Default("2") int input_proj_factor,
    @Default("4") int channels_reduction,
    @Default("3") int num_outputs,
    @Default("0") double dropout_rate) {
  private static final int MOST_LEVELS = 8;

  /** Checks sizes and widths. */
  public MaximConfig {
    block_size_hr = requireSize("block_size_hr", block_size_hr);
    block_size_lr = requireSize("block_size_lr", block_size_lr);
    grid_size_hr = requireSize("grid_size_hr", grid_size_hr);
    grid_size_lr = requireSize("grid_size_lr", grid_size_lr);
    requireSplit(features, block_gmlp_factor, grid_gmlp_factor, input_proj_factor);
    requireReduction("features", features, channels_reduction);
    if (depth < 1 || depth > MOST_LEVELS || num_stages < 1 || num_groups < 0) {
      throw new IllegalArgumentException(
          "depth must lie in [1, %d], num_stages be at least 1 and num_groups at least 0, got %d, %d and %d"
              .formatted(MOST_LEVELS, depth, num_stages, num_groups));
    }
    if (num_supervision_scales < 1 || num_supervision_scales > depth) {
      throw new IllegalArgumentException(
          "num_supervision_scales must lie in [1, depth %d], got %d"
              .formatted(depth, num_supervision_scales));
    }
    if (high_res_stages < 0 || num_bottleneck_blocks < 0) {
      throw new IllegalArgumentException(
          "high_res_stages and num_bottleneck_blocks must be at least 0, got %d and %d"
              .formatted(high_res_stages, num_bottleneck_blocks));
    }
    if (num_outputs != 3 && num_outputs != 1) {
      throw new IllegalArgumentException(
          "num_outputs must be 3 or 1, since the result is added to a colour image, got "
              + num_outputs);
    }
  }

  /** Channels at a level. */
  int width(int level) {
    return features << level;
  }

  /** The block at a level. */
  List<Integer> block(int level) {
    return level < high_res_stages ? block_size_hr : block_size_lr;
  }

  /** The grid at a level. */
  List<Integer> grid(int level) {
    return level < high_res_stages ? grid_size_hr : block_size_lr;
  }

  /** The height that images must be a multiple of. */
  public int heightFactor() {
    return factor(0);
  }

  /** The width that images must be a multiple of. */
  public int widthFactor() {
    return factor(1);
  }

  private int factor(int dimension) {
    boolean mixesBelow = num_bottleneck_blocks > 0 && num_groups > 0;
    long factor = (mixesBelow ? (long) block_size_lr.get(dimension) : 1L) << depth;
    for (int level = 0; level < depth && mixesAtLevels(); level++) {
      long block = block(level).get(dimension);
      long grid = grid(level).get(dimension);
      factor = leastCommonMultiple(factor, leastCommonMultiple(block, grid) << level);
    }
    return Math.toIntExact(factor);
  }

  /** Whether anything at the levels above the lowest looks at blocks and grids. */
  private boolean mixesAtLevels() {
    return use_cross_gating || num_stages > 1 || (use_global_mlp && num_groups > 0);
  }

  private static long leastCommonMultiple(long a, long b) {
    return org.hipparchus.util.ArithmeticUtils.lcm(a, b);
  }

  /** The multi-axis block at a level. */
  MultiAxisGmlp.Config mixing(int level, List<Integer> block, List<Integer> grid, int projection) {
    return new MultiAxisGmlp.Config(
        width(level),
        block,
        grid,
        block_gmlp_factor,
        grid_gmlp_factor,
        projection,
        use_bias,
        dropout_rate);
  }

  /** The cross gating at a level. */
  CrossGating.Config gating(int level, int channelsX, int channelsY, boolean upsample) {
    return new CrossGating.Config(
        channelsX,
        channelsY,
        width(level),
        block(level),
        grid(level),
        input_proj_factor,
        upsample,
        use_bias,
        dropout_rate);
  }

  static List<Integer> requireSize(String name, List<Integer> size) {
    if (size.size() != 2 || size.get(0) < 1 || size.get(1) < 1) {
      throw new IllegalArgumentException(
          name + " must be [height, width], both at least 1, got " + size);
    }
    return List.copyOf(size);
  }

  static void requireSplit(int channels, int block, int grid, int projection) {
    if (channels < 1
        || block < 1
        || grid < 1
        || projection < 1
        || channels * projection % 2 != 0
        || channels * projection / 2 * block % 2 != 0
        || channels * projection / 2 * grid % 2 != 0) {
      throw new IllegalArgumentException(
          "channels times input_proj_factor, and half of that times each gmlp factor, must be even and positive, got %d channels and the factors input_proj %d, block_gmlp %d, grid_gmlp %d"
              .formatted(channels, projection, block, grid));
    }
  }

  static void requireReduction(String name, int channels, int reduction) {
    if (channels < 1 || reduction < 1 || reduction > channels) {
      throw new IllegalArgumentException(
          "%s must be at least 1 and the reduction lie between 1 and that, got %d and %d"
              .formatted(name, channels, reduction));
    }
  }
}
