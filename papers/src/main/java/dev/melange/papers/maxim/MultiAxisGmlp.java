package dev.melange.papers.maxim;

import dev.melange.component.Default;
import dev.melange.nn.Dropout;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;

/**
 * The multi-axis gated MLP block: half of the channels is mixed across a grid of windows, the other
 * half inside the windows of a fixed size, [B, C, H, W] to the same shape (paper, section 3.2). The
 * weights fit images of every size that the grid and the blocks divide. Between its norm and its
 * residual connection another token mixer may stand.
 */
public final class MultiAxisGmlp extends UnaryLayer {
  /**
   * Configuration.
   *
   * @param channels C
   * @param block_size height and width of a block in pixels
   * @param grid_size rows and columns of the grid
   * @param block_gmlp_factor widening inside the local gated MLP
   * @param grid_gmlp_factor widening inside the global gated MLP
   * @param input_proj_factor widening of the input before it is split in two
   * @param use_bias whether linear layers have biases
   * @param dropout_rate after each output projection
   */
  public record Config(
      int channels,
      List<Integer> block_size,
      List<Integer> grid_size,
      @Default("2") int block_gmlp_factor,
      @Default("2") int grid_gmlp_factor,
      @Default("2") int input_proj_factor,
      @Default("true") boolean use_bias,
      @Default("0") double dropout_rate) {
    /** Checks sizes and widths. */
    public Config {
      block_size = MaximConfig.requireSize("block_size", block_size);
      grid_size = MaximConfig.requireSize("grid_size", grid_size);
      MaximConfig.requireSplit(channels, block_gmlp_factor, grid_gmlp_factor, input_proj_factor);
    }
  }

  private final LayerNorm norm; // null in a backbone that has its own
  private final Linear inProject;
  private final AxisGmlp grid;
  private final AxisGmlp block;
  private final Linear outProject;
  private final Dropout drop;
  private UnaryLayer other; // null unless it was replaced by another token mixer

  /** A block with initial weights from the stream. */
  public MultiAxisGmlp(Config config, Rng rng) {
    this(config, true, rng);
  }

  private MultiAxisGmlp(Config config, boolean residual, Rng rng) {
    boolean bias = config.use_bias;
    double rate = config.dropout_rate;
    int width = config.channels * config.input_proj_factor;
    norm = residual ? child("LayerNorm_in", new LayerNorm(config.channels, Maxim.EPS)) : null;
    inProject = child("in_project", FlaxInit.narrow(config.channels, width, bias, rng));
    grid =
        child(
            "GridGmlpLayer",
            new AxisGmlp(
                MixingAxis.GRID,
                width / 2,
                config.grid_size,
                config.grid_gmlp_factor,
                bias,
                rate,
                rng));
    block =
        child(
            "BlockGmlpLayer",
            new AxisGmlp(
                MixingAxis.BLOCK,
                width / 2,
                config.block_size,
                config.block_gmlp_factor,
                bias,
                rate,
                rng));
    outProject = child("out_project", FlaxInit.narrow(width, config.channels, bias, rng));
    drop = child("dropout", new Dropout(rate));
  }

  /** Without norm and residual connection, as a token mixer. */
  static MultiAxisGmlp mixer(Config config, Rng rng) {
    return new MultiAxisGmlp(config, false, rng);
  }

  /** Puts another mixer between norm and residual connection. */
  void replaceMixer(UnaryLayer mixer) {
    other =
        replaceChildren(
            List.of("in_project", "GridGmlpLayer", "BlockGmlpLayer", "out_project", "dropout"),
            "token_mixer",
            mixer);
  }

  @Override
  public Tensor forward(Tensor x) {
    if (other != null) {
      return scoped(
          () -> x.add(other.forward(norm.forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2))));
    }
    return scoped(
        () -> {
          Tensor pixels = x.permute(0, 2, 3, 1); // [B, H, W, C], a view
          Tensor mixed =
              scoped(
                  () -> {
                    Tensor normed = norm == null ? pixels : norm.forward(pixels);
                    Tensor z = inProject.forward(normed).geluTanh();
                    Tensor[] halves = z.chunk(2, -1);
                    return Tensor.cat(-1, grid.forward(halves[0]), block.forward(halves[1]));
                  });
          Tensor y = drop.forward(outProject.forward(mixed));
          return (norm == null ? y : pixels.add(y)).permute(0, 3, 1, 2);
        });
  }
}
