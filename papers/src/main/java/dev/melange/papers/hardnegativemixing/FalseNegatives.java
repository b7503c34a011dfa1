package dev.melange.papers.hardnegativemixing;

import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;

/**
 * How many of a batch's hard negatives are of their query's own class, as labels tell that the
 * training does not see.
 *
 * @param hard share among the hardest negatives
 * @param synthetic share of mixed points with such a negative among their sources; NaN without
 *     mixed points
 */
public record FalseNegatives(double hard, double synthetic) {
  /**
   * Counts them.
   *
   * @param hardIndex columns of the queue by rank, int64 [B, n_hard], as {@link Mochi} returns them
   * @param points what was mixed
   * @param labels the queries' classes [B]
   * @param queueLabels the negatives' classes [K]
   */
  public static FalseNegatives of(
      Tensor hardIndex, MixingPoints points, Tensor labels, Tensor queueLabels) {
    Tensor classes =
        queueLabels
            .indexSelect(0, hardIndex.flatten(0, 1))
            .reshape(hardIndex.size(0), hardIndex.size(1));
    Tensor wrong = classes.eq(labels.unsqueeze(1)); // [B, n_hard]
    double count = 0;
    double total = 0;
    if (points.pairFirst() != null) {
      Tensor either = wrong.gather(1, points.pairFirst()).or(wrong.gather(1, points.pairSecond()));
      count += either.to(DType.F64).sum().item();
      total += (double) (either.size(0) * either.size(1));
    }
    if (points.hardWithQuery() != null) {
      Tensor mixedWithQuery = wrong.gather(1, points.hardWithQuery());
      count += mixedWithQuery.to(DType.F64).sum().item();
      total += (double) (mixedWithQuery.size(0) * mixedWithQuery.size(1));
    }
    return new FalseNegatives(wrong.to(DType.F64).mean().item(), count / total);
  }
}
