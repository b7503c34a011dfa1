package dev.melange.papers.adversarialautomixup;

import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What is random in a training step of AdAutoMix.
 *
 * @param lam draws of Beta(alpha, alpha): of three images one each, whose shares of the sum are the
 *     weights; of two images the first image's weight for the generator and for the classifier
 * @param indexGenerator permutations of the batch for the generator, int64: [3, N], or [1, N] of
 *     the partners of two
 * @param indexClassifier those for the classifier
 */
public record AdAutoMixDraws(Tensor lam, Tensor indexGenerator, Tensor indexClassifier) {
  /**
   * Draws for a batch.
   *
   * @param batch number of images
   * @param samples images that are mixed, 2 or 3
   * @param alpha of the Beta distribution, 1 in the paper
   */
  public static AdAutoMixDraws draw(int batch, int samples, double alpha, Rng rng) {
    double[] lam = IntStream.range(0, samples).mapToDouble(i -> rng.beta(alpha, alpha)).toArray();
    int orders = samples == 2 ? 1 : samples;
    return new AdAutoMixDraws(
        Tensor.of(lam, samples), orders(batch, orders, rng), orders(batch, orders, rng));
  }

  private static Tensor orders(int batch, int count, Rng rng) {
    long[] orders =
        IntStream.range(0, count)
            .mapToObj(i -> rng.permutation(batch))
            .flatMapToInt(Arrays::stream)
            .asLongStream()
            .toArray();
    return Tensor.of(orders, count, batch);
  }
}
