package dev.melange.papers.raftmlp;

import dev.melange.nn.LayerNorm;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * MLP-Mixer's token mixing ({@code original_tm}): one MLP over all positions, shared by the
 * channels, behind a normalisation, with a residual path. Its hidden width is relative to the
 * number of positions. [B, D, h, w] to the same shape, resized as {@link RaftMixer} does.
 */
final class GlobalMixer extends UnaryLayer {
  private final long grid;
  private final LayerNorm norm;
  private final ResidualMlp mlp;

  GlobalMixer(int dim, int grid, int expansion, double dropout, double dropPathRate, Rng rng) {
    this.grid = grid;
    norm = child("1.norm.1", new LayerNorm(dim));
    mlp = child("1", new ResidualMlp((long) grid * grid, expansion, dropout, dropPathRate, rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    return Grids.within(x, grid, this::mix);
  }

  private Tensor mix(Tensor map) {
    Tensor tokens = map.permute(0, 2, 3, 1).flatten(1, 2); // [B, N, D]
    Tensor mixed = mlp.forward(norm.forward(tokens).transpose(1, 2).contiguous());
    return tokens.add(mixed.transpose(1, 2)).transpose(1, 2).unflatten(2, grid, -1);
  }
}
