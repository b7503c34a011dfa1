package dev.melange.papers.maxim;

import dev.melange.nn.Dropout;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;

/** Weights for a gate, mixed along both axes: [B, H, W, C] to the same shape. */
final class MultiAxisGating extends UnaryLayer {
  private final List<Integer> blockSize;
  private final List<Integer> gridSize;
  private final LayerNorm norm;
  private final Linear inProject;
  private final Linear grid;
  private final Linear block;
  private final Linear outProject;
  private final Dropout drop;

  MultiAxisGating(
      int channels,
      List<Integer> blockSize,
      List<Integer> gridSize,
      boolean bias,
      double dropout,
      Rng rng) {
    this.blockSize = blockSize;
    this.gridSize = gridSize;
    norm = child("LayerNorm_in", new LayerNorm(channels, Maxim.EPS));
    // always twice as wide: the official code does not hand input_proj_factor down
    inProject = child("in_project", FlaxInit.dense(channels, 2L * channels, bias, rng));
    grid = child("Dense_0", FlaxInit.openGate(MixingAxis.positions(gridSize), bias, rng));
    block = child("Dense_1", FlaxInit.openGate(MixingAxis.positions(blockSize), bias, rng));
    outProject = child("out_project", FlaxInit.dense(2L * channels, channels, bias, rng));
    drop = child("dropout", new Dropout(dropout));
  }

  @Override
  public Tensor forward(Tensor x) {
    return scoped(
        () -> {
          Tensor[] halves = inProject.forward(norm.forward(x)).geluTanh().chunk(2, -1);
          Tensor mixed =
              Tensor.cat(
                  -1,
                  mix(MixingAxis.GRID, gridSize, grid, halves[0]),
                  mix(MixingAxis.BLOCK, blockSize, block, halves[1]));
          return drop.forward(outProject.forward(mixed));
        });
  }

  private static Tensor mix(MixingAxis axis, List<Integer> size, Linear dense, Tensor x) {
    return scoped(
        () -> axis.join(axis.mix(axis.cut(x, size), dense.weight(), dense.bias()), x, size));
  }
}
