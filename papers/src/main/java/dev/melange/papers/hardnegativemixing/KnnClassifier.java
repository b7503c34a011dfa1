package dev.melange.papers.hardnegativemixing;

import dev.melange.component.Default;
import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * Classification by the nearest embeddings of a labelled bank: each of the k most similar ones
 * (cosine) votes for its class with weight {@code exp(similarity / temperature)}.
 */
public final class KnnClassifier {
  /**
   * Settings of the classifier.
   *
   * @param k number of neighbours
   * @param temperature what similarities are divided by; smaller lets the nearest count more
   * @param num_classes number of classes
   */
  public record Config(@Default("20") int k, @Default("0.1") double temperature, int num_classes) {
    /** Refuses numbers that are not positive. */
    public Config {
      Moco.requireTemperature(temperature);
      if (k < 1 || num_classes < 1) {
        throw new IllegalArgumentException(
            "knn expects 1 neighbour and 1 class or more, got k %d, num_classes %d"
                .formatted(k, num_classes));
      }
    }
  }

  private KnnClassifier() {}

  /**
   * The votes for each class, [n, num_classes].
   *
   * @param features what is classified [n, D], of any length
   * @param bank embeddings of known class [m, D], of any length; of equally near ones the first
   *     counts
   * @param bankLabels their classes, int64 [m]
   * @throws IllegalArgumentException if shapes do not fit together, the bank has fewer than k
   *     entries, or a class is out of range
   */
  public static Tensor scores(Config config, Tensor features, Tensor bank, Tensor bankLabels) {
    if (features.dim() != 2
        || bank.dim() != 2
        || features.size(1) != bank.size(1)
        || bankLabels.dim() != 1
        || bankLabels.size(0) != bank.size(0)
        || bankLabels.dtype() != DType.I64) {
      throw new IllegalArgumentException(
          "expected features [n, D], a bank [m, D] and int64 bank_labels [m], got %s, %s and %s of %s"
              .formatted(
                  Arrays.toString(features.shape()),
                  Arrays.toString(bank.shape()),
                  bankLabels.dtype(),
                  Arrays.toString(bankLabels.shape())));
    }
    if (config.k > bank.size(0)) {
      throw new IllegalArgumentException(
          "k is %d, but the bank has only %d entries".formatted(config.k, bank.size(0)));
    }
    long least = (long) bankLabels.min().item();
    long greatest = (long) bankLabels.max().item();
    if (least < 0 || greatest >= config.num_classes) {
      throw new IllegalArgumentException(
          "bank_labels are 0 to %d (num_classes %d), got %d to %d"
              .formatted(config.num_classes - 1, config.num_classes, least, greatest));
    }
    Tensor similar =
        UnitVectors.of(features.detach()).matmul(UnitVectors.of(bank.detach()).t()); // [n, m]
    Tensor.Indexed sorted = similar.sort(1, true);
    Tensor nearest = sorted.indices().narrow(1, 0, config.k); // [n, k]
    Tensor weights = sorted.values().narrow(1, 0, config.k).div(config.temperature).exp();
    Tensor labels =
        bankLabels.indexSelect(0, nearest.flatten(0, 1)).reshape(features.size(0), config.k);
    return features
        .detach()
        .newZeros(features.size(0), config.num_classes)
        .scatterAdd(1, labels, weights);
  }
}
