package dev.melange.papers.hardnegativemixing;

import dev.melange.component.Default;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * Figures by which contrastive embeddings are judged (Wang and Isola 2020, and section 3 of the
 * paper). Embeddings are brought to unit length first.
 *
 * @param alignment mean distance of the two views of an image, to the power {@code align_power}
 * @param uniformity logarithm of the mean of {@code exp(-t ||x - y||^2)} over all pairs of images,
 *     lower is more uniform; NaN for a single image
 * @param classAlignment mean squared distance of two images of one class; NaN if no two are
 * @param falseNegativeShare share of the query's class among the most similar of the queue
 * @param proxyAccuracy share of images whose other view is more similar than the whole queue
 * @param topNegativeProbabilities of the most similar negatives, mean over images, [top]
 */
public record ContrastiveMetrics(
    double alignment,
    double uniformity,
    double classAlignment,
    double falseNegativeShare,
    double proxyAccuracy,
    Tensor topNegativeProbabilities) {
  /**
   * Settings of the figures.
   *
   * @param t sharpness of the uniformity
   * @param align_power power of the distances in the alignment
   * @param top how many of the most similar negatives count
   * @param temperature what similarities are divided by to give probabilities
   */
  public record Config(
      @Default("2.0") double t,
      @Default("2.0") double align_power,
      int top,
      @Default("0.2") double temperature) {
    /** Refuses numbers that are not positive. */
    public Config {
      Moco.requireTemperature(temperature);
      if (!(t > 0) || !(align_power > 0) || top < 1) {
        throw new IllegalArgumentException(
            "contrastive-metrics expects positive t, align_power and top, got t %s, align_power %s, top %d"
                .formatted(t, align_power, top));
      }
    }
  }

  /**
   * Computes the figures.
   *
   * @param features embeddings of images [n, D]
   * @param positive embeddings of other views of them [n, D]
   * @param labels classes of the images [n]
   * @param queue negatives as columns of unit length [D, K]
   * @param queueLabels classes of the negatives [K]
   * @throws IllegalArgumentException if shapes do not fit together, or top is more than K
   */
  public static ContrastiveMetrics of(
      Config config,
      Tensor features,
      Tensor positive,
      Tensor labels,
      Tensor queue,
      Tensor queueLabels) {
    Contrast contrast = new Contrast(features.detach(), positive, queue);
    long n = features.size(0);
    long capacity = queue.size(1);
    if (labels.dim() != 1
        || labels.size(0) != n
        || queueLabels.dim() != 1
        || queueLabels.size(0) != capacity) {
      throw new IllegalArgumentException(
          "expected labels [%d] and queue_labels [%d], got %s and %s"
              .formatted(
                  n,
                  capacity,
                  Arrays.toString(labels.shape()),
                  Arrays.toString(queueLabels.shape())));
    }
    if (config.top > capacity) {
      throw new IllegalArgumentException(
          "top is %d, but the queue has only %d negatives".formatted(config.top, capacity));
    }
    Tensor query = contrast.query();
    Tensor similar = contrast.negative(); // [n, K]
    Tensor.Indexed sorted = similar.sort(1, true);
    Tensor nearest = sorted.indices().narrow(1, 0, config.top); // [n, top]
    Tensor nearestLabels = queueLabels.indexSelect(0, nearest.flatten(0, 1)).reshape(n, config.top);
    Tensor logits = Tensor.cat(1, contrast.positive(), similar).div(config.temperature);
    // the softmax runs over the positive as well
    Tensor probabilities = logits.softmax(1).narrow(1, 1, capacity).gather(1, nearest); // [n, top]
    Tensor distances = squaredDistances(query); // [n, n]
    Tensor pairs = Tensor.ones(n, n).to(query.device()).to(query.dtype()).triu(1);
    Tensor sameClass = labels.unsqueeze(1).eq(labels.unsqueeze(0)).to(query.dtype()).mul(pairs);
    return new ContrastiveMetrics(
        query
            .sub(UnitVectors.of(positive.detach()))
            .norm(2, 1)
            .pow(Tensor.scalar(config.align_power, query.dtype()).to(query.device()))
            .mean()
            .item(),
        Math.log(mean(distances.mul(-config.t).exp(), pairs)),
        mean(distances, sameClass),
        nearestLabels.eq(labels.unsqueeze(1)).to(query.dtype()).mean().item(),
        Contrast.accuracy(logits),
        probabilities.mean(0));
  }

  private static Tensor squaredDistances(Tensor unit) {
    Tensor squares = unit.square().sumKeep(1); // [n, 1]
    Tensor products = unit.matmul(unit.t());
    return squares.add(squares.t()).sub(products.mul(2)).clampMin(0);
  }

  /** The mean over the marked pairs, NaN without any. */
  private static double mean(Tensor values, Tensor marks) {
    return values.mul(marks).sum().item() / marks.sum().item();
  }
}
