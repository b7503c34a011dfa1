package dev.melange.search;

import dev.melange.search.TextFeatures.Row;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A linear classifier with squared hinge loss: w minimises |w|^2/2 + sum_i c_i max(0, 1 - y_i w
 * x_i)^2, found by coordinate descent on the dual problem (Hsieh et al. 2008, algorithm 1). The
 * last weight is that of a constant feature 1. The order of the coordinates is shuffled in each
 * round, by a fixed seed: that converges in tens of rounds, and the same input gives the same
 * weights.
 */
final class LinearSvm {
  private static final int MOST_ROUNDS = 1_000;
  private static final double EXACT = 1e-5;
  private static final long SEED = 0;

  private LinearSvm() {}

  /**
   * Fits the weights.
   *
   * @param rows the examples
   * @param positive which class each is of
   * @param costs c_i of each; those of cost 0 do not count
   * @param features how many there are
   * @return a weight for each feature, and one more for the constant
   */
  static double[] fit(List<Row> rows, boolean[] positive, double[] costs, int features) {
    double[] weights = new double[features + 1];
    double[] alphas = new double[rows.size()];
    double[] squares = new double[rows.size()];
    for (int i = 0; i < squares.length; i++) {
      squares[i] = 1;
      for (double value : rows.get(i).values()) {
        squares[i] += value * value;
      }
    }
    int[] order = IntStream.range(0, alphas.length).toArray();
    Random random = new Random(SEED);
    double largest = Double.POSITIVE_INFINITY;
    for (int round = 0; round < MOST_ROUNDS && largest > EXACT; round++) {
      largest = 0;
      shuffle(order, random);
      for (int i : order) {
        if (costs[i] > 0) {
          double y = positive[i] ? 1 : -1;
          double diagonal = 0.5 / costs[i];
          double gradient = y * score(rows.get(i), weights) - 1 + diagonal * alphas[i];
          double projected = alphas[i] == 0 ? Math.min(gradient, 0) : gradient;
          largest = Math.max(largest, Math.abs(projected));
          double next = Math.max(alphas[i] - gradient / (squares[i] + diagonal), 0);
          add(rows.get(i), y * (next - alphas[i]), weights);
          alphas[i] = next;
        }
      }
    }
    return weights;
  }

  private static void shuffle(int[] order, Random random) {
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
  }

  /** The decision value of an example. */
  static double score(Row row, double[] weights) {
    return row.times(weights) + weights[weights.length - 1];
  }

  private static void add(Row row, double factor, double[] weights) {
    for (int i = 0; i < row.features().length; i++) {
      weights[row.features()[i]] += factor * row.values()[i];
    }
    weights[weights.length - 1] += factor;
  }
}
