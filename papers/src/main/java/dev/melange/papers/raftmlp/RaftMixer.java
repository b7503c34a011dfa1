package dev.melange.papers.raftmlp;

import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * Serial permuted mixing ({@code ser_pm}): an MLP down every column and one along every row, each
 * over the positions and the {@code r} channels of a raft at once, with a normalisation before it
 * and a residual path around it. [B, D, h, w] to the same shape; maps of another size than {@code
 * grid x grid} are resized to it and back.
 *
 * <p>Member q of raft o is channel {@code q D/r + o}. The names are those of the block: {@code 1}
 * is the vertical MLP, {@code 3} the horizontal one.
 */
public final class RaftMixer extends UnaryLayer {
  private final long raftSize;
  private final long grid;
  private final RaftNorm verticalNorm;
  private final ResidualMlp vertical;
  private final RaftNorm horizontalNorm;
  private final ResidualMlp horizontal;

  /**
   * A mixer with PyTorch's default initial weights, without dropout and stochastic depth.
   *
   * @param dim channels D, a multiple of {@code raftSize}
   * @param raftSize channels r of a raft
   * @param grid side of the square map that the weights are made for
   * @param expansion hidden over outer width of both MLPs
   */
  public RaftMixer(int dim, int raftSize, int grid, int expansion, Rng rng) {
    this(dim, raftSize, grid, expansion, 0, 0, rng);
  }

  /**
   * A mixer with PyTorch's default initial weights.
   *
   * @param dropout rate after both linear layers of either MLP
   * @param dropPathRate probability of dropping either branch of a sample in training
   */
  public RaftMixer(
      int dim,
      int raftSize,
      int grid,
      int expansion,
      double dropout,
      double dropPathRate,
      Rng rng) {
    if (raftSize < 1 || dim % raftSize != 0) {
      throw new IllegalArgumentException(
          "rafts of %d channels do not divide %d channels".formatted(raftSize, dim));
    }
    this.raftSize = raftSize;
    this.grid = grid;
    long width = (long) raftSize * grid;
    verticalNorm = child("1.norm.1", new RaftNorm(dim, raftSize));
    vertical = child("1", new ResidualMlp(width, expansion, dropout, dropPathRate, rng));
    horizontalNorm = child("3.norm.1", new RaftNorm(dim, raftSize));
    horizontal = child("3", new ResidualMlp(width, expansion, dropout, dropPathRate, rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    return Grids.within(x, grid, this::mix);
  }

  private Tensor mix(Tensor map) {
    // positions before channels: both normalisations and both sums work on whole rows of memory
    Tensor x = map.permute(0, 2, 3, 1).unflatten(3, raftSize, -1); // [B, i, j, q, o]
    Tensor y =
        scoped(
            () -> {
              Tensor columns =
                  normalised(verticalNorm, x).permute(0, 4, 2, 3, 1); // [B, o, j, q, i]
              return x.add(through(vertical, columns).permute(0, 4, 2, 3, 1));
            });
    Tensor z =
        scoped(
            () -> {
              Tensor rows = normalised(horizontalNorm, y).permute(0, 4, 1, 3, 2); // [B, o, i, q, j]
              return y.add(through(horizontal, rows).permute(0, 2, 4, 3, 1));
            });
    return z.flatten(3, 4).permute(0, 3, 1, 2);
  }

  private Tensor normalised(RaftNorm norm, Tensor x) {
    return norm.forward(x.flatten(3, 4)).unflatten(3, raftSize, -1);
  }

  /** Rafts of lines [B, o, line, q, place] through an MLP over members and places together. */
  private static Tensor through(ResidualMlp mlp, Tensor rafts) {
    return mlp.forward(rafts.flatten(3, 4)).unflatten(3, rafts.size(3), -1);
  }

  /**
   * What the vertical MLP does without its non-linearity: the product of its matrices, [r grid, r
   * grid], members before positions.
   */
  public Tensor verticalMatrix() {
    return vertical.product();
  }

  /** As {@link #verticalMatrix}, of the horizontal MLP. */
  public Tensor horizontalMatrix() {
    return horizontal.product();
  }
}
