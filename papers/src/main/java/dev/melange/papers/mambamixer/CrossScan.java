package dev.melange.papers.mambamixer;

import dev.melange.tensor.Tensor;

/**
 * Four sequences of a map and back: 0 along the rows (step h W + w), 1 along the columns (step w H
 * + h), 2 and 3 their reverses. As in VMamba.
 */
public final class CrossScan {
  /** Configuration of {@code layer/cross-scan}: no options. */
  public record Config() {}

  private CrossScan() {}

  /** The sequences of maps: [B, C, H, W] to [B, 4, C, H W]. */
  public static Tensor scan(Tensor x) {
    return scan(x, x, x, x);
  }

  /** Sequence k of the k-th of four maps [B, C, H, W]: [B, 4, C, H W]. */
  static Tensor scan(Tensor x0, Tensor x1, Tensor x2, Tensor x3) {
    return Tensor.stack(
        1,
        x0.flatten(2, 3),
        x1.transpose(2, 3).flatten(2, 3),
        x2.flatten(2, 3).flip(2),
        x3.transpose(2, 3).flatten(2, 3).flip(2));
  }

  /**
   * The sum of four sequences at each place of the map: [B, 4, C, H W] to [B, C, H W], row by row.
   *
   * @param rows H
   * @param columns W
   */
  public static Tensor merge(Tensor sequences, long rows, long columns) {
    Tensor ahead = sequences.narrow(1, 0, 2).add(sequences.narrow(1, 2, 2).flip(3));
    Tensor byColumns = ahead.select(1, 1).unflatten(2, columns, rows).transpose(2, 3);
    return ahead.select(1, 0).add(byColumns.flatten(2, 3));
  }
}
