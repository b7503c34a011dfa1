package dev.melange.mix;

import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * PuzzleMix, second part: the mask of least energy. The official code approximates it by alpha-beta
 * swaps; here it is the exact minimum.
 *
 * @param mask the first image's weight per block, float64 [N, 1, b, b], multiples of {@code
 *     1/(labels - 1)}
 * @param energy the energies, float64 [N]
 */
public record PuzzleSolution(Tensor mask, Tensor energy) {

  /**
   * Minimises for each image the sum of the blocks' costs and of the weights of neighbours times
   * the cost of their labels' difference.
   *
   * @param unary int64 [N, b, b, labels]
   * @param labelCost {@code ((i - j) / (labels - 1))^2}, [labels, labels]
   * @param edgeV int64 [N, b - 1, b], not negative
   * @param edgeH int64 [N, b, b - 1], not negative
   */
  public static PuzzleSolution of(Tensor unary, Tensor labelCost, Tensor edgeV, Tensor edgeH) {
    int n = (int) unary.size(0);
    int side = (int) unary.size(1);
    int labels = (int) unary.size(3);
    long[] cost = unary.toLongs();
    long[] v = edgeV.toLongs();
    long[] h = edgeH.toLongs();
    checkSquares(labelCost.toDoubles(), labels);
    double[] mask = new double[n * side * side];
    double[] energy = new double[n];
    int chunks = Math.min(n, Runtime.getRuntime().availableProcessors());
    IntStream.range(0, chunks)
        .parallel()
        .forEach(
            chunk -> {
              GridCut cut = new GridCut(side, labels);
              for (int i = chunk; i < n; i += chunks) {
                int[] best = cut.solve(cost, v, h, i);
                for (int k = 0; k < best.length; k++) {
                  mask[i * best.length + k] = 1 - best[k] / (labels - 1.0);
                }
                energy[i] = energy(best, cost, v, h, side, labels, i);
              }
            });
    return new PuzzleSolution(Tensor.of(mask, n, 1, side, side), Tensor.of(energy));
  }

  static double energy(
      int[] label, long[] unary, long[] edgeV, long[] edgeH, int side, int labels, int grid) {
    long whole = 0;
    for (int k = 0; k < label.length; k++) {
      whole += unary[(grid * label.length + k) * labels + label[k]];
    }
    long squares = 0;
    int border = grid * side * (side - 1);
    for (int k = 0; k < side * (side - 1); k++) {
      int left = k / (side - 1) * side + k % (side - 1);
      squares += edgeV[border + k] * square(label[k] - label[k + side]);
      squares += edgeH[border + k] * square(label[left] - label[left + 1]);
    }
    return whole + squares / (double) square(labels - 1);
  }

  private static long square(int x) {
    return (long) x * x;
  }

  private static void checkSquares(double[] cost, int labels) {
    for (int i = 0; i < cost.length; i++) {
      double expected = square(i / labels - i % labels) / (double) square(labels - 1);
      if (cost.length != labels * labels || Math.abs(cost[i] - expected) > 1e-6) {
        throw new IllegalArgumentException(
            "PuzzleMix expects the label costs ((i - j) / %d)^2, got %s"
                .formatted(labels - 1, Arrays.toString(cost)));
      }
    }
  }
}
