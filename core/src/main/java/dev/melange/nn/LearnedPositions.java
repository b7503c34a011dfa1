package dev.melange.nn;

import dev.melange.tensor.Resample;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Optional;

/**
 * A learned vector per position of a grid, added to tokens [B, prefix + h * w, D]; the first {@code
 * prefix} tokens (class tokens and the like) have vectors of their own. For another grid the
 * vectors are resized. Name {@code pos_embed} as in timm.
 */
public final class LearnedPositions extends UnaryLayer {
  private static final double INIT_STD = 0.02;

  private final int prefix;
  private final int height;
  private final int width;
  private final Tensor table; // [1, prefix + h * w, D]

  /** Vectors from N(0, 0.02^2), cut at 2. */
  public LearnedPositions(int prefix, int height, int width, int dim, Rng rng) {
    if (prefix < 0 || height < 1 || width < 1 || dim < 1) {
      throw new IllegalArgumentException(
          "learned positions need a prefix of at least 0 and sizes of at least 1, got prefix %d, grid %dx%d, width %d"
              .formatted(prefix, height, width, dim));
    }
    this.prefix = prefix;
    this.height = height;
    this.width = width;
    table =
        parameter(
            "pos_embed",
            Init.truncatedNormal(
                Tensor.empty(1, prefix + (long) height * width, dim), INIT_STD, rng));
  }

  @Override
  public Tensor forward(Tensor x) {
    return forward(x, height, width);
  }

  /**
   * Adds the positions of a grid of any size.
   *
   * @param x [B, prefix + rows * columns, D], row by row
   */
  public Tensor forward(Tensor x, int rows, int columns) {
    if (x.dim() != 3 || x.size(1) != prefix + (long) rows * columns || x.size(2) != table.size(2)) {
      throw new IllegalArgumentException(
          "positions of a %dx%d grid expect tokens [B, %d, %d], got %s"
              .formatted(rows, columns, prefix + rows * columns, table.size(2), x));
    }
    return x.add(resize(table, prefix, height, width, rows, columns));
  }

  /** Stored positions of a square grid, resized to this one. */
  @Override
  protected Optional<Tensor> fitted(String name, Tensor stored) {
    if (stored.dim() != 3 || stored.size(0) != 1 || stored.size(2) != table.size(2)) {
      return Optional.empty();
    }
    long positions = stored.size(1) - prefix;
    int side = (int) Math.round(Math.sqrt((double) Math.max(0, positions)));
    return side > 0 && (long) side * side == positions
        ? Optional.of(resize(stored, prefix, side, side, height, width))
        : Optional.empty();
  }

  /**
   * Resizes a table of positions to another grid, bicubically with antialiasing as timm does; the
   * prefix is kept. Also makes published weights fit another image size.
   *
   * @param table [1, prefix + height * width, D]
   * @return [1, prefix + rows * columns, D]; the table itself if the grid is the same
   */
  public static Tensor resize(
      Tensor table, int prefix, int height, int width, int rows, int columns) {
    long positions = (long) height * width;
    if (table.dim() != 3 || table.size(0) != 1 || table.size(1) != prefix + positions) {
      throw new IllegalArgumentException(
          "positions of a %dx%d grid with prefix %d are a table [1, %d, D], got %s"
              .formatted(height, width, prefix, prefix + positions, table));
    }
    if (rows == height && columns == width) {
      return table;
    }
    return Scope.run(
        () -> {
          long d = table.size(2);
          Tensor grid =
              table.narrow(1, prefix, positions).reshape(1, height, width, d).permute(0, 3, 1, 2);
          Tensor resized =
              Resample.bicubic(grid, rows, columns)
                  .permute(0, 2, 3, 1)
                  .reshape(1, (long) rows * columns, d);
          return prefix == 0 ? resized : Tensor.cat(1, table.narrow(1, 0, prefix), resized);
        });
  }
}
