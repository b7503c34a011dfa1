package dev.melange.papers.mambamixer;

import dev.melange.nn.LayerNorm;
import dev.melange.nn.Linear;
import dev.melange.nn.TokenGrid;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/** Joins 2x2 neighbouring tokens to one: [B, N, in] to [B, N / 4, out]. */
final class PatchMerging extends UnaryLayer {
  private final TokenGrid grid;
  private final LayerNorm norm;
  private final Linear reduction;

  /** A layer for tokens of a grid with even sides. */
  PatchMerging(int in, int out, TokenGrid grid, Rng rng) {
    this.grid = grid;
    norm = child("norm", new LayerNorm(4L * in));
    reduction = child("reduction", new Linear(4L * in, out, false, rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor map = x.unflatten(1, grid.rows() / 2, 2, grid.columns() / 2, 2); // [B, h, 2, w, 2, C]
    Tensor joined = map.permute(0, 1, 3, 4, 2, 5).flatten(3, 5).flatten(1, 2); // odd columns last
    return reduction.forward(norm.forward(joined));
  }
}
